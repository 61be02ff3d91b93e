// What persons do with runs and with versions of a model, clicked in a real browser against a living server.
export async function runs({ check, open, settle, base, shots, product, long, say }) {
  const home = `/p/${encodeURIComponent(product)}`;

  await check('experiments: filter by completion, choose two runs by keyboard, compare them, open one', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/experiments`);
    await page.getByRole('link', { name: product, exact: true }).last().click();
    await page.getByRole('grid', { name: 'Runs' }).waitFor(long);
    await page.keyboard.press('/');
    await page.keyboard.type('status');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.type("= 'FIN");
    await page.getByRole('option', { name: 'FINISHED' }).click();
    await page.keyboard.press('Enter');
    await page.waitForURL('**filter=**');
    await page.getByRole('grid', { name: 'Runs' }).focus();
    for (const key of ['ArrowDown', ' ', 'ArrowDown', ' ', 'p']) await page.keyboard.press(key);
    await page.locator('.run-table .pinned').waitFor(long);
    await page.screenshot({ path: `${shots}experiment-chosen.png` });
    await page.keyboard.press('c');
    await page.getByRole('heading', { name: 'What differs' }).waitFor(long);
    await page.screenshot({ path: `${shots}experiment-compare.png`, fullPage: true });
    await page.locator('.differences thead a').first().click();
    await page.getByRole('heading', { name: 'Artifacts' }).waitFor(long);
    await page.getByRole('button', { name: 'Add a tag' }).click();
    await page.getByLabel('Key of the tag').fill('walked');
    await page.getByLabel('Value of the tag').fill('once');
    await page.getByRole('button', { name: 'Keep', exact: true }).click();
    await page.getByRole('button', { name: 'Change the tag walked' }).click();
    await page.getByLabel('Value of the tag').fill('twice');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Change the tag walked' }).getByText('twice').waitFor(long);
    await page.screenshot({ path: `${shots}tracked-tags.png`, fullPage: true });
    await page.getByRole('button', { name: 'Remove the tag walked' }).click();
    await page.getByRole('button', { name: 'Change the tag walked' }).waitFor({ state: 'detached', ...long });
    say(errors);
    await context.close();
  });

  await check('a run is followed live, and no script of its files runs', async () => {
    const { context, page, errors } = await open('light', 1440);
    const call = async (path, data) => {
      const response = await page.request.post(`${base}/api/2.0/mlflow/${path}`, { data });
      if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
      return response.json();
    };
    const { experiment_id: experiment } = await call('experiments/create', { name: `walk ${Date.now()}` });
    const made = await call('runs/create', { experiment_id: experiment, run_name: 'followed', start_time: Date.now(), tags: [{ key: 'mlflow.note.content', value: '## A note\n\n<img src=x onerror="window.evil=1"> **bold**' }] });
    const run = made.run.info.run_id;
    const log = (from, to) => call('runs/log-batch', { run_id: run, metrics: Array.from({ length: to - from }, (_, index) => ({ key: 'loss', value: 1 / (from + index + 1), timestamp: Date.now(), step: from + index })) });
    await log(0, 40);
    await call('runs/log-batch', { run_id: run, metrics: Array.from({ length: 20 }, (_, index) => ({ key: 'system/cpu_utilization_percentage', value: 40 + index, timestamp: Date.now() + index * 1000, step: index })) });
    const put = async (path, data) => {
      const response = await page.request.put(`${base}/api/2.0/mlflow-artifacts/artifacts/${experiment}/${run}/artifacts/${path}`, { data });
      if (!response.ok()) throw new Error(`${path}: ${await response.text()}`);
    };
    await put('table.csv', 'name,share\n"ham, mostly",0.7\nspam,0.3\n');
    await put('notes.md', '# Notes\n\n<script>window.evil = 1</script> plain\n');
    await put('page.html', '<h1>Hi</h1><script>window.evil = 1</script>');
    await put('plots/evil.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40" onload="window.evil=1"><script>window.evil = 1</script><circle cx="20" cy="20" r="16"/></svg>');
    await put('data.json', '{"a":{"b":1}}');
    await put('model.pkl', 'not opened');
    await settle(page, `${home}/experiments/${experiment}/runs/${run}`);
    await page.getByRole('heading', { name: 'Curves, live' }).waitFor(long);
    await page.getByRole('heading', { name: 'A note' }).waitFor(long);
    await page.getByRole('heading', { name: 'cpu utilization, %' }).waitFor(long);
    await log(40, 50);
    await page.locator('.readout b', { hasText: '0.02' }).first().waitFor(long);
    const shown = async (name, look) => {
      await page.getByRole('navigation', { name: 'Files' }).getByRole('button', { name }).click();
      await look().waitFor(long);
      if (!page.url().includes('file=')) throw new Error('the file is not in the address');
    };
    await shown(/^table\.csv/, () => page.getByRole('cell', { name: 'ham, mostly' }));
    await shown(/^notes\.md/, () => page.locator('.preview').getByText('<script>window.evil = 1</script> plain'));
    await shown(/^page\.html/, () => page.locator('.preview pre', { hasText: '<h1>Hi</h1><script>' }));
    await shown(/^data\.json/, () => page.locator('.preview pre', { hasText: '"b": 1' }));
    await shown(/^model\.pkl/, () => page.getByText('There is no preview of this kind of file.'));
    await page.getByRole('navigation', { name: 'Files' }).getByRole('button', { name: /plots/ }).click();
    await shown(/^evil\.svg/, () => page.getByRole('img', { name: 'evil.svg' }));
    await page.waitForFunction(() => (document.querySelector('.preview img')?.naturalWidth ?? 0) > 0, undefined, long);
    await page.screenshot({ path: `${shots}tracked-run.png`, fullPage: true });
    if (await page.evaluate(() => 'evil' in window)) throw new Error('a script of an artifact ran');
    const chart = page.locator('.overlay .lens').first();
    await chart.scrollIntoViewIfNeeded();
    const box = await chart.boundingBox();
    await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL('**zoom=**');
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.waitForURL((address) => !address.search.includes('zoom='));
    await page.getByRole('slider', { name: 'Smoothing' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL('**smooth=**');
    await call('runs/update', { run_id: run, status: 'FINISHED', end_time: Date.now() });
    await page.getByRole('heading', { name: /^followed is finished/ }).waitFor(long);
    await put('train.log', 'epoch 1 \u001b[32mok\u001b[0m\n10%\r100%\n');
    await settle(page, `${home}/experiments/${experiment}/runs/${run}?file=train.log`);
    await page.locator('.preview pre .leaf', { hasText: 'ok' }).waitFor(long);
    await page.locator('.preview pre', { hasText: /\n100%/ }).waitFor(long);
    await settle(page, `${home}/experiments/${experiment}`);
    await page.getByRole('checkbox', { name: 'Choose followed' }).check();
    await page.getByRole('button', { name: 'Archive 1 run' }).click();
    await page.getByText('No run fits.').waitFor(long);
    await page.getByRole('checkbox', { name: 'the archive' }).check();
    await page.getByRole('checkbox', { name: 'Choose followed' }).check();
    await page.screenshot({ path: `${shots}archive.png` });
    await page.getByRole('button', { name: 'Take 1 run out of the archive' }).click();
    await page.getByRole('heading', { name: /no run is in the archive/ }).waitFor(long);
    await page.getByRole('checkbox', { name: 'the archive' }).uncheck();
    await page.getByRole('checkbox', { name: 'Choose followed' }).waitFor(long);
    say(errors);
    await context.close();
  });

  await check('a version: its bundle is scanned and taken along, its release shows a plan, it is retired and taken back', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/models`);
    const { aliases } = await (await page.request.get(`${base}/api/v1/deployments/${encodeURIComponent(product)}`)).json();
    const versions = await (await page.request.get(`${base}/api/v1/models/${encodeURIComponent(product)}/versions`)).json();
    await settle(page, `${home}/models/${versions[0].version}`);
    await page.getByRole('heading', { name: 'Who uses it' }).waitFor(long);
    await page.getByRole('button', { name: 'Scan it now' }).click();
    await page.getByText(/files hashed and scanned just now/).waitFor(long);
    const [download] = await Promise.all([page.waitForEvent('download', long), page.getByRole('button', { name: 'Download the bundle' }).click()]);
    if (download.suggestedFilename() !== `${product}-${versions[0].version}.zip`) throw new Error(`the bundle is called ${download.suggestedFilename()}`);
    const idle = versions.find(({ version }) => !Object.values(aliases).includes(version));
    if (idle) {
      await settle(page, `${home}/models/${idle.version}`);
      await page.getByRole('button', { name: `Release ${idle.version}…` }).click();
      await page.getByRole('heading', { name: new RegExp(`^Plan: |^${idle.version.replaceAll('.', '\\.')} cannot be released`) }).waitFor(long);
      await page.screenshot({ path: `${shots}release-plan.png`, fullPage: true });
      await page.getByRole('button', { name: 'Keep it as it is' }).click();
      await page.getByRole('button', { name: 'Retire it…' }).click();
      await page.getByLabel('Why', { exact: true }).fill('nobody needs it');
      await page.getByRole('button', { name: `Retire ${idle.version}` }).click();
      await page.getByText(/^Retired by/).waitFor(long);
      await page.screenshot({ path: `${shots}retired.png`, fullPage: true });
      await page.getByRole('button', { name: 'Take it back into service' }).click();
      await page.getByRole('button', { name: 'Retire it…' }).waitFor(long);
    }
    say(errors);
    await context.close();
  });
}
