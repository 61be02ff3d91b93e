import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter, Navigate, Route, Routes, useLocation } from 'react-router';
import { Board } from '../features/canvas/Board';
import { Rollouts } from '../features/deployment/Rollouts';
import { Incidents } from '../features/monitoring/Incidents';
import { Monitor } from '../features/monitoring/Monitor';
import { RunPage } from '../features/pipeline/RunPage';
import { Runs } from '../features/pipeline/Runs';
import { Models } from '../features/registry/Models';
import { VersionPage } from '../features/registry/VersionPage';
import { TryIt } from '../features/serving/TryIt';
import { ApiError } from '../shared/api/client';
import { LiveProvider } from '../shared/api/live';
import { useCanvases } from '../shared/api/queries';
import { Asked, Empty } from '../shared/ui/Asked';
import { SlotsProvider } from '../shared/ui/slots';
import { LoopStrip } from './LoopStrip';
import { Shell } from './Shell';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && !(error instanceof ApiError && error.status < 500),
    },
  },
});
const slots = { LoopStrip };

export function App() {
  return (
    <QueryClientProvider client={queries}>
      <LiveProvider>
        <SlotsProvider value={slots}>
          <BrowserRouter>
            <Pages />
          </BrowserRouter>
        </SlotsProvider>
      </LiveProvider>
    </QueryClientProvider>
  );
}

function Pages() {
  return (
    <Routes>
      <Route path="/p/:product" element={<Shell />}>
        <Route index element={<Board />} />
        <Route path="runs" element={<Runs />} />
        <Route path="runs/:id" element={<RunPage />} />
        <Route path="models" element={<Models />} />
        <Route path="models/:version" element={<VersionPage />} />
        <Route path="rollouts" element={<Rollouts />} />
        <Route path="monitor" element={<Monitor />} />
        <Route path="incidents" element={<Incidents />} />
        <Route path="try" element={<TryIt />} />
        <Route path="*" element={<Navigate to=".." relative="path" replace />} />
      </Route>
      <Route path="*" element={<FirstProduct />} />
    </Routes>
  );
}

/** An address without a product means the first one: /runs leads to /p/mail-filter/runs. */
function FirstProduct() {
  const { pathname, search } = useLocation();
  const query = useCanvases();
  return (
    <main>
      <Asked query={query}>
        {(canvases) =>
          canvases[0] ? (
            <Navigate to={`/p/${canvases[0].product}${pathname === '/' ? '' : pathname}${search}`} replace />
          ) : (
            <>
              <h1>Espalier is up. Nothing grows here yet.</h1>
              <Empty title="Apply a first canvas" command="./espalier apply -f examples/quickstart/canvas.yaml">
                A canvas holds the answers of your product; everything else grows from it. Or watch a whole life on real mail with ./espalier demo.
              </Empty>
            </>
          )
        }
      </Asked>
    </main>
  );
}
