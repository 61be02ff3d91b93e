// Serves the built pages with recorded answers under the server's strict policy: `npm run fixtures`.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as canvas from './canvas.js';
import * as data from './data.js';

const root = fileURLToPath(new URL('../target/classes/ui', import.meta.url));
const types = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2', '.html': 'text/html; charset=utf-8' };
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const answers = [
  [/^\/canvases$/, () => [{ product: 'mail-filter', version: '1.0.0', headline: data.conformance.headline }]],
  [/^\/canvases\/[^/]+\/conformance$/, () => data.conformance],
  [/^\/me$/, () => canvas.me],
  [/^\/canvases\/[^/]+\/comments$/, () => canvas.comments],
  [/^\/questions$/, () => canvas.questions],
  [/^\/canvases\/[^/]+\/draft$/, () => canvas.draft],
  [/^\/canvases\/[^/]+\/check$/, () => canvas.check],
  [/^\/canvases\/[^/]+\/plan$/, () => canvas.plan],
  [/^\/canvases\/[^/]+\/plans$/, () => canvas.openPlans],
  [/^\/canvases\/[^/]+\/versions\/[^/]+$/, () => ({ source: canvas.source })],
  [/^\/canvases\/[^/]+\/versions$/, () => canvas.versions],
  [/^\/canvases\/[^/]+\/drift$/, () => canvas.drift],
  [/^\/canvases\/[^/]+\/export$/, () => ({ text: canvas.source })],
  [/^\/canvases\/[^/]+\/webhooks$/, () => canvas.webhooks],
  [/^\/canvases\/[^/]+\/history$/, () => data.history],
  [/^\/drills\/[^/]+$/, () => canvas.drills],
  [/^\/drills\/[^/]+\/records$/, () => canvas.drillRecords],
  [/^\/documents\/[^/]+$/, () => canvas.documents],
  [/^\/documents\/[^/]+\/[^/]+$/, () => ({ text: canvas.document })],
  [/^\/canvases\/[^/]+\/questions\/[^/]+\/history$/, () => data.history],
  [/^\/pipelines\/[^/]+\/runs$/, () => data.runs],
  [/^\/pipelines\/[^/]+\/runs\/[^/]+\/evaluation$/, () => data.evaluation],
  [/^\/pipelines\/[^/]+\/runs\/([^/]+)$/, (id) => data.runs.find((run) => run.id === id)],
  [/^\/pipelines\/[^/]+\/runs\/[^/]+\/steps\/[^/]+\/log$/, () => data.log],
  [/^\/pipelines\/[^/]+\/runs\/[^/]+\/steps\/([^/]+)\/explain$/, (step) => ({ step, decision: 'run', reason: 'the rows changed since run r-1', nearestRun: 'r-1', differences: [{ leaf: 'inputs.ingest', before: '7f3a00c2', after: '9b1144de' }], leaves: {} })],
  [/^\/models\/[^/]+\/versions$/, () => data.versions],
  [/^\/models\/[^/]+\/versions\/([^/]+)$/, (name) => ({ model: data.versions.find(({ version }) => version === name), aliases: ['challenger'] })],
  [/^\/models\/[^/]+\/versions\/[^/]+\/lineage$/, () => data.lineage],
  [/^\/models\/[^/]+\/aliases$/, () => data.aliases],
  [/^\/deployments\/[^/]+$/, () => data.deployment],
  [/^\/monitors\/[^/]+$/, () => data.monitor],
  [/^\/alerts$/, () => data.alerts],
  [/^\/incidents\/[^/]+$/, () => data.incidents],
  [/^\/predict\/[^/]+$/, () => ({ predictionId: 'p-000017', label: 'spam', probabilities: { ham: 0.031, spam: 0.969 }, modelVersion: '1.1.0', servedBy: 'candidate', latencyMicros: 640 })],
];

function answer(path, response) {
  for (const [pattern, give] of answers) {
    const match = pattern.exec(path);
    const body = match && give(match[1]);
    if (typeof body?.text === 'string') return response.setHeader('content-type', 'text/plain; charset=utf-8').end(body.text);
    if (body) return response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }
  response.statusCode = 404;
  return response.setHeader('content-type', 'application/problem+json').end(JSON.stringify({ title: 'Not found', status: 404, detail: 'There is nothing here.' }));
}

function stream(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  let seq = 0;
  const tick = () => response.write(`id: ${(seq += 1)}\nevent: change\ndata: ${JSON.stringify({ seq, at: '2002-12-01T08:00:00Z', product: 'mail-filter', type: 'traffic', data: {} })}\n\n`);
  tick();
  const timer = setInterval(tick, 1000);
  response.on('close', () => clearInterval(timer));
}

export async function serveFixtures(port = 0) {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    response.setHeader('content-security-policy', policy);
    if (path === '/api/v1/events') return stream(response);
    if (path.startsWith('/api/v1/')) return answer(path.slice('/api/v1'.length), response);
    const file = extname(path) in types ? path : '/index.html';
    const body = await readFile(root + file).catch(() => undefined);
    if (!body) return response.writeHead(404).end();
    return response.setHeader('content-type', types[extname(file)]).end(body);
  });
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.closeAllConnections() ?? server.close() };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await serveFixtures(Number(process.env.PORT ?? 5174));
  process.stdout.write(`Recorded answers at ${url}\n`);
}
