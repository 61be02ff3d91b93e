// The canvas as an editor, clicked in a real browser: a field, its plan, a version; a contradiction while one types.
export async function editing({ check, open, settle, shots, home }) {
  await check('editor: a field changes the text, the plan says how, and apply makes a version', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/canvas?q=serving.volume`);
    const why = `because the walk asked at ${Date.now()}`;
    await page.getByLabel('Why', { exact: true }).fill(why);
    await page.getByText('Draft saved').waitFor();
    await page.getByRole('tab', { name: 'YAML' }).click();
    if (!(await page.getByLabel('The whole canvas as YAML').inputValue()).includes(why)) throw new Error('the text does not have it');
    await page.reload();
    await page.getByRole('tab', { name: 'Plan' }).click();
    await page.getByRole('button', { name: 'serving.volume.why' }).waitFor();
    await page.screenshot({ path: `${shots}editor-plan.png`, fullPage: true });
    await page.getByLabel(/^Why/).fill('the walk');
    const warned = page.getByLabel(/^I have read the warning/);
    if ((await warned.count()) > 0) await warned.check();
    await page.getByRole('button', { name: /^Apply \d/ }).click();
    await page.getByRole('tab', { name: 'Versions', selected: true }).waitFor();
    await page.getByText('the walk').first().waitFor();
    if (errors.length > 0) throw new Error(errors.join('; '));
    await context.close();
  });
  await check('editor: a contradiction shows while one types, and nothing is applied', async () => {
    const { context, page } = await open('light', 1440);
    await settle(page, `${home}/canvas?tab=yaml`);
    const text = page.getByLabel('The whole canvas as YAML');
    const before = await text.inputValue();
    await text.fill(before.replace(/metric: macro_f1/, 'metric: nobody_measures_this'));
    await page.locator('.finding').first().waitFor();
    await page.screenshot({ path: `${shots}editor-finding.png` });
    await text.fill(before);
    await page.getByText('Draft saved').waitFor();
    await context.close();
  });
}
