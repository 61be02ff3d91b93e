// What members do together on the board: comments that both see live, a signature, a presentation, a template, a copy to take away.
import { text } from 'node:stream/consumers';

/** This tab acts with the token of a member from now on. */
export async function actAs(page, user, token, long) {
  await page.getByRole('button', { name: /^Acting as/ }).click();
  await page.getByLabel('Token of another member').fill(token);
  await page.getByRole('button', { name: 'Use it in this tab' }).click();
  await page.getByRole('button', { name: `Acting as ${user}` }).waitFor(long);
}

export async function people({ check, open, settle, base, shots, product, members, token, long, say }) {
  const home = `/p/${encodeURIComponent(product)}`;
  const shared = `/p/${encodeURIComponent(members)}`;

  await check('comments: one member asks, the other reads it live and settles it', async () => {
    const ana = await open('light', 1440);
    await settle(ana.page, `${shared}?q=serving.volume`);
    const ben = await open('light', 1440);
    await settle(ben.page, shared);
    await actAs(ben.page, 'ben', token, long);
    await settle(ben.page, `${shared}?q=serving.volume`);
    await ana.page.getByLabel('Comment as ana').fill('Is that the peak, <b>or</b> the mean?');
    await ana.page.getByRole('button', { name: 'Comment as ana' }).click();
    const said = ben.page.getByText('Is that the peak, <b>or</b> the mean?');
    await said.waitFor(long);
    await ben.page.locator('a.q[aria-current] .talk').waitFor(long);
    await ben.page.screenshot({ path: `${shots}comments.png` });
    await ben.page.getByRole('button', { name: 'Settle the comment of ana' }).click();
    await ana.page.getByText('1 settled').waitFor(long);
    await ana.page.getByText('1 settled').click();
    await ana.page.getByText('settled by ben').waitFor(long);
    say([...ana.errors, ...ben.errors]);
    await ana.context.close();
    await ben.context.close();
  });

  await check('attestation: a person signs by a token of theirs, and the signature is evidence', async () => {
    const { questions } = await (await fetch(`${base}/api/v1/canvases/${members}/conformance`)).json();
    const asked = questions.find((one) => one.evidence.some((clause) => clause.kind === 'ATTEST' && clause.state === 'NO_EVIDENCE'));
    if (!asked) throw new Error('no clause waits for a signature');
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}?q=${encodeURIComponent(asked.question)}`);
    await page.getByText('A person signs this by a token of their own').first().waitFor(long);
    await settle(page, shared);
    await actAs(page, 'ben', token, long);
    await settle(page, `${shared}?q=${encodeURIComponent(asked.question)}`);
    await page.getByRole('button', { name: 'Sign as ben' }).first().click();
    const sign = page.getByRole('button', { name: 'Sign', exact: true });
    if (await sign.isEnabled()) throw new Error('it could be signed without a word');
    await page.getByLabel('What did you look at?').fill('the numbers of last week');
    await sign.click();
    await page.getByText('ben: the numbers of last week').first().waitFor(long);
    await page.screenshot({ path: `${shots}signed.png` });
    say(errors);
    await context.close();
  });

  await check('presentation: arrows turn the page, the slide is in the address, esc ends it', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, shared);
    await page.getByRole('button', { name: 'Present' }).click();
    const wall = page.getByRole('dialog', { name: 'Presentation of the board' });
    await wall.waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await wall.getByText(/^3\//).waitFor();
    if (!page.url().includes('slide=2')) throw new Error('the slide is not in the address');
    await page.screenshot({ path: `${shots}present.png` });
    await page.keyboard.press('Escape');
    await wall.waitFor({ state: 'detached' });
    say(errors);
    await context.close();
  });

  await check('templates: one replaces the draft under the name of this product, and nothing is applied', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?tab=start`);
    const before = await (await fetch(`${base}/api/v1/canvases/${members}`)).json();
    await page.screenshot({ path: `${shots}templates.png`, fullPage: true });
    await page.getByRole('button', { name: 'Start from Quickstart' }).click();
    const text = page.getByLabel('The whole canvas as YAML');
    await text.waitFor(long);
    if (!(await text.inputValue()).includes(`name: ${members}`)) throw new Error('the template is of another product');
    await page.getByText('Draft saved').waitFor(long);
    const after = await (await fetch(`${base}/api/v1/canvases/${members}`)).json();
    if (before.version !== after.version) throw new Error('a template was applied by itself');
    await text.fill(before.source);
    await page.getByText('Draft saved').waitFor(long);
    say(errors);
    await context.close();
  });

  await check('chain: the versions are verified on the page, against the signatures', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?tab=versions`);
    await page.getByRole('button', { name: 'Verify the chain' }).click();
    await page.getByText(/(The version is|All \d+ versions are) as signed by ed25519:/).waitFor(long);
    say(errors);
    await context.close();
  });

  await check('take away: a signed copy of the board is genuine, a changed one is not, and the badge says how many conform', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/conformance`);
    const part = page.getByRole('region', { name: 'Take away' });
    const download = page.waitForEvent('download', long);
    await part.getByRole('button', { name: 'Download a signed copy' }).click();
    const saved = await download;
    const copy = await text(await saved.createReadStream());
    const hand = (content) => part.getByLabel('A signed copy to check').setInputFiles({ name: saved.suggestedFilename(), mimeType: 'application/json', buffer: Buffer.from(content) });
    await hand(copy);
    await part.getByText('Genuine: the board of canvas').waitFor(long);
    await hand(copy.replace('"NO_EVIDENCE"', '"CONFORMS"'));
    await part.getByText('Not what was signed here: Something was changed').waitFor(long);
    await hand('not a board');
    await part.getByRole('alert').getByText('is not JSON').waitFor(long);
    await page.waitForFunction(() => (document.querySelector('.take-away img')?.naturalWidth ?? 0) > 60, undefined, long);
    const { counts } = JSON.parse(copy).conformance;
    const badge = await (await fetch(`${base}/api/v1/canvases/${members}/badge.svg`)).text();
    if (!badge.includes(`${counts.CONFORMS ?? 0} of `)) throw new Error(`the badge says ${badge}`);
    await part.screenshot({ path: `${shots}take-away.png` });
    say(errors);
    await context.close();
  });

  await check('told: an address inside is refused, one outside is kept, tried and taken away again', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/conformance`);
    const part = page.getByRole('region', { name: 'Who is told' });
    await part.getByRole('heading', { name: 'Nobody is told when an answer turns' }).waitFor(long);
    await part.getByRole('button', { name: 'Tell an address…' }).click();
    const form = part.getByRole('form', { name: 'Tell an address' });
    await form.getByLabel('Name').fill('on-call');
    await form.getByLabel('Address').fill('https://127.0.0.1/hook');
    await form.getByLabel('Secret for the signature (optional)').fill('s3cret');
    await form.getByLabel('stale').check();
    await form.getByRole('button', { name: 'Tell it from now on' }).click();
    await form.getByRole('alert').getByText('an address that is not public').waitFor(long);
    errors.length = 0; // The browser reports the refusal too.
    await form.getByLabel('Address').fill('https://hook.invalid/board');
    await form.getByRole('button', { name: 'Tell it from now on' }).click();
    await part.getByText('of violated, stale; signed').waitFor(long);
    await part.getByRole('button', { name: 'Send a test' }).click();
    await part.getByRole('status').getByText('No answer').waitFor(long);
    await part.screenshot({ path: `${shots}told.png` });
    await part.getByRole('button', { name: 'Tell on-call no more' }).click();
    await part.getByRole('heading', { name: 'Nobody is told when an answer turns' }).waitFor(long);
    say(errors);
    await context.close();
  });

  await check('two moments: what stood otherwise leads to its question, and to the rows behind it', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/canvas?tab=versions`);
    const part = page.getByRole('region', { name: 'The board at two moments' });
    await part.getByLabel('Between').selectOption({ index: 0 });
    await page.waitForURL('**from=**', long);
    await part.getByRole('heading', { name: /^\d+ answers? stood otherwise$/ }).waitFor(long);
    await part.screenshot({ path: `${shots}two-moments.png` });
    await part.getByRole('columnheader', { name: /^canvas 1\.0\.0/ }).waitFor(long);
    // What conforms now was seen; what does not apply was not.
    await part.locator('tbody tr', { hasText: 'Conforms' }).locator('a').first().click();
    await page.getByRole('button', { name: 'What was seen' }).first().click(long);
    await page.getByRole('group', { name: /^What was seen of/ }).waitFor(long);
    await page.screenshot({ path: `${shots}observed.png` });
    say(errors);
    await context.close();
  });

  await check('errors: a run shows what its models confuse, and each of its models can be chosen', async () => {
    const runs = await (await fetch(`${base}/api/v1/pipelines/${product}/runs`)).json();
    const run = runs.find((one) => one.state === 'SUCCEEDED');
    const { rungs, errors } = await (await fetch(`${base}/api/v1/pipelines/${product}/runs/${run.id}/evaluation`)).json();
    const { context, page, errors: wrong } = await open('light', 1440);
    await settle(page, `${home}/runs/${run.id}`);
    const part = page.getByRole('region', { name: 'Where it errs' });
    await part.getByRole('heading', { name: new RegExp(`^${rungs[0]} got \\d+ of ${errors.n} test rows wrong`) }).waitFor(long);
    await part.getByRole('button', { name: rungs[1], exact: true }).click();
    await part.getByRole('heading', { name: new RegExp(`^${rungs[1]} got`) }).waitFor(long);
    if (!page.url().includes(`rung=${rungs[1]}`)) throw new Error('the model is not in the address');
    await part.screenshot({ path: `${shots}errors.png` });
    if ((await fetch(`${base}/api/v1/pipelines/${product}/runs/${run.id}/evaluation?rung=none`)).status !== 400) throw new Error('an unknown rung was answered');
    if ((await fetch(`${base}/api/v1/pipelines/${members}/runs/${run.id}/evaluation`)).status !== 404) throw new Error('a run was shown under another product');
    say(wrong);
    await context.close();
  });

  await check('notes: a run takes a note, is put away and taken out again', async () => {
    const experiments = await (await fetch(`${base}/api/v1/tracking/experiments`)).json();
    const { id } = experiments.find((one) => one.name === product);
    const { runs } = await (await fetch(`${base}/api/v1/tracking/experiments/${id}/runs?limit=1`)).json();
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/experiments/${id}/runs/${runs[0].id}`);
    await page.getByRole('button', { name: 'Write a note' }).click();
    await page.getByLabel('Note in Markdown').fill('The **first** one. <script>alert(1)</script>');
    await page.getByRole('button', { name: 'Keep the note' }).click();
    await page.locator('.sheet b', { hasText: 'first' }).waitFor(long);
    await page.getByRole('button', { name: 'Archive the run' }).click();
    await page.getByRole('button', { name: 'Take it out of the archive' }).click(long);
    await page.getByRole('button', { name: 'Archive the run' }).waitFor(long);
    say(errors);
    await context.close();
  });

  await check('drift: the map of features stands over the weeks, with its numbers behind', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/monitor`);
    await page.getByRole('img', { name: 'Distance of each feature by week from the training rows' }).waitFor(long);
    const drift = await (await fetch(`${base}/api/v1/monitors/${product}/features`)).json();
    await page.getByText(`Table of ${drift.weeks.length} weeks`).click();
    await page.getByRole('columnheader', { name: 'words' }).waitFor(long);
    say(errors);
    await context.close();
  });
}
