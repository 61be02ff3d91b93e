import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';
import { createPortal } from 'react-dom';

/** Reading room at the right (a sheet on a phone); Esc closes it and focus goes back to where it was. */
export function Drawer({ label, onClose, children }: { readonly label: string; readonly onClose: () => void; readonly children: ReactNode }) {
  const panel = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    panel.current?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus({ preventScroll: true });
    };
  }, []);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'Escape') onClose();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onClose]);
  return createPortal(
    <aside className="drawer" aria-label={label} ref={panel} tabIndex={-1}>
      <button type="button" className="btn small close" onClick={onClose}>
        Close <kbd>esc</kbd>
      </button>
      {children}
    </aside>,
    document.querySelector('.shell') ?? document.body,
  );
}
