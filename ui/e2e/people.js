// What members do together on the board: comments that both see live, a signature, a presentation, a template.

/** This tab acts with the token of a member from now on. */
export async function actAs(page, user, token, long) {
  await page.getByRole('button', { name: /^Acting as/ }).click();
  await page.getByLabel('Token of another member').fill(token);
  await page.getByRole('button', { name: 'Use it in this tab' }).click();
  await page.getByRole('button', { name: `Acting as ${user}` }).waitFor(long);
}

export async function people({ check, open, settle, base, shots, members, token, long, say }) {
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
}
