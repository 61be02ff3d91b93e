import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { BrowserRouter, Link, Navigate, Route, Routes, useLocation } from 'react-router';
import { Board } from '../features/canvas/Board';
import { ApiError } from '../shared/api/client';
import { LiveProvider } from '../shared/api/live';
import { useCanvases } from '../shared/api/queries';
import { Asked, Empty, Waiting } from '../shared/ui/Asked';
import { SlotsProvider } from '../shared/ui/slots';
import { LoopStrip } from './LoopStrip';
import { Shell } from './Shell';

// The board comes with the first load; every other page when it is asked for.
const CanvasPage = lazy(async () => ({ default: (await import('../features/canvas/CanvasPage')).CanvasPage }));
const Runs = lazy(async () => ({ default: (await import('../features/pipeline/Runs')).Runs }));
const RunPage = lazy(async () => ({ default: (await import('../features/pipeline/RunPage')).RunPage }));
const Models = lazy(async () => ({ default: (await import('../features/registry/Models')).Models }));
const VersionPage = lazy(async () => ({ default: (await import('../features/registry/VersionPage')).VersionPage }));
const Rollouts = lazy(async () => ({ default: (await import('../features/deployment/Rollouts')).Rollouts }));
const Monitor = lazy(async () => ({ default: (await import('../features/monitoring/Monitor')).Monitor }));
const Incidents = lazy(async () => ({ default: (await import('../features/monitoring/Incidents')).Incidents }));
const TryIt = lazy(async () => ({ default: (await import('../features/serving/TryIt')).TryIt }));
const Drills = lazy(async () => ({ default: (await import('../features/canvas/Drills')).Drills }));
const ConformancePage = lazy(async () => ({ default: (await import('../features/canvas/ConformancePage')).ConformancePage }));
const Portfolio = lazy(async () => ({ default: (await import('../features/canvas/Portfolio')).Portfolio }));
const Documents = lazy(async () => ({ default: (await import('../features/canvas/Documents')).Documents }));

const Experiments = lazy(async () => ({ default: (await import('../features/tracking/Experiments')).Experiments }));
const ExperimentRuns = lazy(async () => ({ default: (await import('../features/tracking/RunsPage')).RunsPage }));
const Compare = lazy(async () => ({ default: (await import('../features/tracking/Compare')).Compare }));
const TrackedRun = lazy(async () => ({ default: (await import('../features/tracking/TrackedRun')).TrackedRun }));
const Registered = lazy(async () => ({ default: (await import('../features/registry/Registered')).Registered }));
const RegisteredModel = lazy(async () => ({ default: (await import('../features/registry/RegisteredModel')).RegisteredModel }));

/** Pages that need no product: MLflow's clients log before there is a canvas. */
const experiments = (
  <>
    <Route path="experiments" element={<Experiments />} />
    <Route path="experiments/models" element={<Registered />} />
    <Route path="experiments/models/:model" element={<RegisteredModel />} />
    <Route path="experiments/:experiment" element={<ExperimentRuns />} />
    <Route path="experiments/:experiment/compare" element={<Compare />} />
    <Route path="experiments/:experiment/runs/:run" element={<TrackedRun />} />
  </>
);

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
    <Suspense fallback={<Waiting />}>
    <Routes>
      <Route path="/p/:product" element={<Shell />}>
        <Route index element={<Board />} />
        <Route path="canvas" element={<CanvasPage />} />
        <Route path="conformance" element={<ConformancePage />} />
        <Route path="products" element={<Portfolio />} />
        <Route path="drills" element={<Drills />} />
        <Route path="documents" element={<Documents />} />
        <Route path="runs" element={<Runs />} />
        <Route path="runs/:id" element={<RunPage />} />
        {experiments}
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
    </Suspense>
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
          ) : pathname.startsWith('/experiments') ? (
            <Routes>{experiments}</Routes>
          ) : (
            <>
              <h1>Espalier is up. Nothing grows here yet.</h1>
              <Empty title="Apply a first canvas" command="./espalier apply -f examples/quickstart/canvas.yaml">
                A canvas holds the answers of your product; everything else grows from it. Or watch a whole life on real mail with ./espalier demo. Runs that
                MLflow's clients log are under <Link to="/experiments">Experiments</Link> already.
              </Empty>
            </>
          )
        }
      </Asked>
    </main>
  );
}
