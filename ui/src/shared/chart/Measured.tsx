import { useLayoutEffect, useRef, useState, type ReactNode } from 'react';

/** Draws a chart in exactly the room there is, so that its text keeps its size on every screen. */
export function Measured({ label, least = 320, children }: { readonly label: string; readonly least?: number; readonly children: (width: number) => ReactNode }) {
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const read = () => setWidth(Math.max(least, Math.floor(element.clientWidth)));
    read();
    const observer = new ResizeObserver(read);
    observer.observe(element);
    return () => observer.disconnect();
  }, [least]);
  return (
    <div className="scroll" ref={frame} tabIndex={0} role="group" aria-label={label}>
      {width > 0 && children(width)}
    </div>
  );
}
