// What strangers may log: names, notes and files that want to run as scripts, opened in a real browser.
const EVIL = 'window.evil = 1';
const SCRIPT = `<script>${EVIL}</script><img src=x onerror="${EVIL}"><svg onload="${EVIL}"></svg><iframe srcdoc="<script>parent.evil = 1</script>"></iframe>`;
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="80" height="40" onload="${EVIL}"><script>${EVIL}</script><a xlink:href="javascript:${EVIL}"><rect width="80" height="40"/></a><foreignObject width="80" height="40"><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${EVIL}"/></body></foreignObject><image href="/healthz" width="1" height="1"/></svg>`;
const FILES = {
  'page.html': `<!doctype html><h1>Hi</h1>${SCRIPT}`,
  'page.htm': SCRIPT,
  'plot.svg': SVG,
  'plot.png': SVG,
  'notes.md': `# Notes\n\n${SCRIPT}\n\n[one](javascript:window.evil=1) [two](data:text/html,<script>parent.evil=1</script>) [three](//evil.example/) ![four](x" onerror="${EVIL}) <javascript:${EVIL}>\n\n| a |\n| --- |\n| ${SCRIPT.replaceAll('|', '')} |\n\n\`\`\`html\n${SCRIPT}\n\`\`\`\n`,
  'table.csv': `name,value\n"${SCRIPT.replaceAll('"', '""')}",=cmd|' /C calc'!A0\n`,
  'logged.json': JSON.stringify({ columns: [SCRIPT], data: [[SCRIPT], [{ a: SCRIPT }]] }),
  'data.json': JSON.stringify({ [SCRIPT]: SCRIPT }),
  'feed.xml': `<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><html xmlns="http://www.w3.org/1999/xhtml"><script>${EVIL}</script></html>`,
  'change.diff': `--- a/${SCRIPT}\n+++ b/x\n@@ -1 +1 @@\n+${SCRIPT}\n`,
  'train.log': `\u001b]8;;javascript:${EVIL}\u0007link\u001b]8;;\u0007 \u001b[31m${SCRIPT}\u001b[0m\n`,
  'script.js': EVIL,
};

export async function hostile({ check, open, settle, base, shots, home, long, say }) {
  await check('hostile names, notes and files are shown as what they are, and none of them runs', async () => {
    const { context, page, errors } = await open('light', 1440);
    const dialogs = [];
    page.on('dialog', (dialog) => {
      dialogs.push(dialog.message());
      void dialog.dismiss();
    });
    const call = async (path, data) => {
      const response = await page.request.post(`${base}/api/2.0/mlflow/${path}`, { data });
      if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
      return response.json();
    };
    const { experiment_id: experiment } = await call('experiments/create', { name: `hostile ${SCRIPT.slice(0, 40)} ${Date.now()}` });
    const made = await call('runs/create', { experiment_id: experiment, run_name: `\u202e${SCRIPT}`, start_time: Date.now(), tags: [{ key: 'mlflow.note.content', value: FILES['notes.md'] }, { key: 'team', value: SCRIPT }, { key: 'mlflow.source.git.commit', value: '0123456789abcdef0123456789abcdef01234567' }, { key: 'mlflow.source.git.repoURL', value: 'javascript:window.evil=1' }, { key: 'mlflow.git.diff', value: FILES['change.diff'] }] });
    const run = made.run.info.run_id;
    await call('runs/log-batch', { run_id: run, metrics: [0, 1, 2].map((step) => ({ key: 'loss', value: 3 - step, timestamp: Date.now() + step, step })), params: [{ key: 'lr', value: SCRIPT.slice(0, 400) }, { key: 'wide', value: 'w'.repeat(5000) }] });
    for (const [path, data] of Object.entries(FILES)) {
      const response = await page.request.put(`${base}/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts/${path}`, { data });
      if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
    }
    const unharmed = async (where) => {
      if (dialogs.length > 0 || (await page.evaluate(() => 'evil' in window))) throw new Error(`a script ran: ${where}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (wide > 1) throw new Error(`${where}: the page is ${wide} px wider than its window`);
    };
    const at = `${home}/experiments/${experiment}`;
    for (const path of [`${home}/experiments`, at, `${at}?group=params.lr`, `${at}/compare?runs=${run}`, `${at}/runs/${run}`]) {
      await settle(page, path);
      await unharmed(path);
    }
    await page.getByRole('heading', { name: 'Sources' }).waitFor(long);
    await page.getByLabel('Changes that were not committed').waitFor(long);
    await page.screenshot({ path: `${shots}hostile-run.png`, fullPage: true });
    for (const path of Object.keys(FILES)) {
      await settle(page, `${at}/runs/${run}?file=${encodeURIComponent(path)}`);
      await page.locator('.preview h3', { hasText: path }).waitFor(long);
      await page.locator('.preview').locator('pre, img, table, p, h2').first().waitFor(long);
      await unharmed(`the preview of ${path}`);
      const links = await page.locator('.preview a').evaluateAll((found) => found.map((link) => link.getAttribute('href') ?? ''));
      const wrong = links.find((href) => !/^(https:\/\/|\/[^/]|#)/.test(href));
      if (wrong !== undefined) throw new Error(`${path}: a link leads to ${wrong}`);
    }
    say(errors.filter((error) => !/plot\.png|ERR_|Failed to load resource/.test(error)));
    // Its raw address, as somebody opens it in a tab: a download, or a page without scripts.
    for (const path of Object.keys(FILES)) {
      const tab = await context.newPage();
      const messages = [];
      tab.on('dialog', (dialog) => {
        messages.push(dialog.message());
        void dialog.dismiss();
      });
      const raw = `${base}/get-artifact?run_id=${run}&path=${encodeURIComponent(path)}`;
      const arrived = await tab.goto(raw).then(() => true, (failure) => /Download is starting|ERR_ABORTED/.test(String(failure)) ? false : Promise.reject(failure));
      if (arrived && (messages.length > 0 || (await tab.evaluate(() => 'evil' in window)))) throw new Error(`a script ran at ${raw}`);
      const { headers } = await page.request.get(raw).then((response) => ({ headers: response.headers() }));
      if (headers['x-content-type-options'] !== 'nosniff') throw new Error(`${path} may be sniffed: ${JSON.stringify(headers)}`);
      await tab.close();
    }
    await context.close();
  });
}
