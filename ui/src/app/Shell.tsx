import { Suspense, useEffect, useState } from 'react';
import { Link, NavLink, Outlet, useNavigate, useParams } from 'react-router';
import { useLive } from '../shared/api/live';
import { useCanvases, useConformance, useIncidents } from '../shared/api/queries';
import { clockLabel } from '../shared/lib/time';
import { chooseTheme, storedTheme } from '../shared/lib/theme';
import { Waiting } from '../shared/ui/Asked';
import { Glyph } from '../shared/ui/Glyph';
import { Icon } from '../shared/ui/Icon';
import { Palette } from './Palette';
import { places } from './places';
import { Who } from './Who';

/** When the page was opened: enough to tell a replay from the wall clock. */
const opened = Date.now();

export function Shell() {
  const { product = '' } = useParams();
  const [palette, setPalette] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)) {
        event.preventDefault();
        setPalette(true);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <Top product={product} openPalette={() => setPalette(true)} />
      <div className="shell">
        <Rail product={product} />
        <main id="main" tabIndex={-1}>
          <Suspense fallback={<Waiting />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {palette && <Palette product={product} close={() => setPalette(false)} />}
    </>
  );
}

function Top({ product, openPalette }: { readonly product: string; readonly openPalette: () => void }) {
  const live = useLive();
  const canvases = useCanvases();
  const board = useConformance(product);
  const navigate = useNavigate();
  const [theme, setTheme] = useState(storedTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  const violated = board.data?.counts['VIOLATED'] ?? 0;
  const clock = live.clocks[product] ?? board.data?.asOf;
  return (
    <header className="top">
      <Link className="mark" to={`/p/${product}`}>
        <img src="/mark.svg" width="22" height="22" alt="" />
        Espalier
      </Link>
      <select className="chip" aria-label="Product" value={product} onChange={(event) => void navigate(`/p/${event.target.value}`)}>
        {(canvases.data ?? [{ product }]).map((canvas) => (
          <option key={canvas.product}>{canvas.product}</option>
        ))}
      </select>
      {board.data && <Link className="chip version" to={`/p/${product}/canvas?tab=versions`}>
          canvas {board.data.version}
        </Link>}
      {violated > 0 && (
        <Link className="chip violated" to={`/p/${product}?state=VIOLATED`}>
          <Glyph state="VIOLATED" size={11} /> {violated} violated
        </Link>
      )}
      <button type="button" className="chip search" onClick={openPalette}>
        Jump to… <kbd>⌘K</kbd>
      </button>
      <span className={live.connected ? 'chip clock' : 'chip clock off'} title={live.connected ? 'Live' : 'Waiting for the server'}>
        <i className={live.connected ? 'breathe' : ''} />
        {clockLabel(clock, opened)}
      </span>
      <Who />
      <button
        type="button"
        className="chip"
        aria-label={`Switch to ${other} colours`}
        onClick={() => {
          chooseTheme(other);
          setTheme(other);
        }}
      >
        <Icon name={theme === 'dark' ? 'sun' : 'moon'} size={15} />
      </button>
    </header>
  );
}

function Rail({ product }: { readonly product: string }) {
  const incidents = useIncidents(product);
  const open = incidents.data?.some((incident) => incident.resolvedAt === undefined) ?? false;
  return (
    <nav className="rail" aria-label="Pages">
      <ul>
        {places.map((place) => (
          <li key={place.name}>
            <NavLink to={`/p/${product}${place.to && `/${place.to}`}`} end={place.to === ''}>
              <Icon name={place.icon} />
              {place.name}
              {place.to === 'incidents' && open && (
                <i>
                  <span className="visually-hidden">one is open</span>
                </i>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
