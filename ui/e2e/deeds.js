// What persons do on the pages, clicked in a real browser against a living server: four eyes from two sessions,
// waivers, changes by hand, repairs, incidents, documents. `members` is a product of two members, `token` the
// second one's; `product` has an open incident and a run.
import { actAs, people } from './people.js';
import { runs } from './runs.js';

export async function deeds({ check, open, settle, base, shots, product, members, token, patience }) {
  const home = `/p/${encodeURIComponent(product)}`;
  const shared = `/p/${encodeURIComponent(members)}`;
  const long = { timeout: 3 * patience };
  const say = (errors) => {
    if (errors.length > 0) throw new Error(errors.join('; '));
  };
  /** Warnings are read and accepted, where the plan has some. */
  async function accept(page) {
    const warned = page.getByLabel(/^I have read the warning/);
    if ((await warned.count()) > 0) await warned.check();
  }
  /** The canvas of a product as text in the editor, changed. */
  async function rewrite(page, from, to) {
    const text = page.getByLabel('The whole canvas as YAML');
    const before = await text.inputValue();
    const after = before.replace(from, to);
    if (after === before) throw new Error(`the canvas does not say ${from}`);
    await text.fill(after);
    await page.getByText('Draft saved').waitFor(long);
    return before;
  }

  await check('by hand: one change is set back, the other is kept as an answer', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?tab=versions`);
    const back = page.getByRole('button', { name: 'Set it back' });
    const adopt = page.getByRole('button', { name: 'Adopt it as an answer' });
    for (let tries = 0; tries < 12 && (await back.count()) < 2; tries += 1) {
      await page.waitForTimeout(10_000);
      await settle(page, `${shared}/canvas?tab=versions`);
    }
    const found = await back.count();
    if (found < 2) throw new Error(`${found} changes by hand were found, not 2`);
    await page.screenshot({ path: `${shots}by-hand.png`, fullPage: true });
    await page.locator('.sheet', { hasText: 'runner/runner' }).getByRole('button', { name: 'Set it back' }).click();
    await page.waitForFunction((many) => [...document.querySelectorAll('button')].filter((button) => button.textContent === 'Set it back').length < many, found, long);
    await adopt.first().click();
    await page.getByText('One change is kept as an answer').waitFor(long);
    say(errors);
    await context.close();
  });

  await check('four eyes: what loosens waits for the other member, who approves from a session of their own', async () => {
    const ana = await open('light', 1440);
    await settle(ana.page, `${shared}/canvas?tab=yaml`);
    await rewrite(ana.page, /1000\/day/, '500/day');
    await ana.page.getByRole('tab', { name: 'Plan' }).click();
    await ana.page.getByText('this takes a promise back').waitFor(long);
    const apply = ana.page.getByRole('button', { name: /^Apply \d/ });
    await accept(ana.page);
    if (await apply.isEnabled()) throw new Error('it could be applied without the other member');
    await ana.page.screenshot({ path: `${shots}four-eyes-waits.png`, fullPage: true });

    const ben = await open('light', 1440);
    await settle(ben.page, `${shared}/canvas?tab=versions`);
    await actAs(ben.page, 'ben', token, long);
    await ben.page.getByLabel('Why', { exact: true }).fill('the holidays are quiet');
    await ben.page.getByRole('button', { name: /^Approve \d/ }).click();
    await ben.page.getByText('Approved by ben').waitFor(long);
    await ben.page.screenshot({ path: `${shots}four-eyes-approved.png`, fullPage: true });

    await settle(ana.page, `${shared}/canvas?tab=plan`);
    await ana.page.getByText('the holidays are quiet').waitFor(long);
    await ana.page.getByLabel(/^Why/).fill('fewer tickets in summer');
    await accept(ana.page);
    await apply.click();
    await ana.page.getByRole('tab', { name: 'Versions', selected: true }).waitFor(long);
    await ana.page.getByText('fewer tickets in summer').first().waitFor(long);
    say([...ana.errors, ...ben.errors]);
    await ana.context.close();
    await ben.context.close();
  });

  await people({ check, open, settle, base, shots, product, members, token, long, say });

  await check('time: the slider goes back to the first version and shows what the newer one changed', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?tab=versions`);
    await page.locator('.diff-lines .added', { hasText: '500/day' }).waitFor(long);
    await page.getByRole('slider', { name: 'Version' }).focus();
    await page.keyboard.press('Home');
    await page.getByText(/^The first one: \d+ lines/).waitFor(long);
    if (!page.url().includes('at=')) throw new Error('the chosen version is not in the address');
    say(errors);
    await context.close();
  });

  await check('waiver: a promise is waived in the form, and the plan says what it needs', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?q=nfr`);
    await page.getByRole('button', { name: 'Waive it for a while…' }).click();
    await page.getByLabel('Until (a day, UTC)').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
    await page.getByLabel('Why it may be broken').fill('the supplier is late');
    await page.getByRole('button', { name: 'Write the waiver' }).click();
    await page.getByText('the supplier is late').waitFor(long);
    await page.getByText('Draft saved').waitFor(long);
    await page.getByRole('tab', { name: 'Plan' }).click();
    await page.getByText(/^Needs: .*the approval of (.* or )?ben\b/i).waitFor(long);
    await page.getByRole('tab', { name: 'Answers' }).click();
    await page.getByRole('button', { name: 'Take the waiver back' }).click();
    await page.getByText('the supplier is late').waitFor({ state: 'detached', ...long });
    await page.getByText('Draft saved').waitFor(long);
    say(errors);
    await context.close();
  });

  await check('repair: a contradiction offers a repair, and the button removes it', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${shared}/canvas?tab=yaml`);
    const before = await rewrite(page, /(lead_time:(?:\s+target:)?\s+)P?30d/i, (_, head) => `${head}1h`);
    const repair = page.getByRole('button', { name: 'Apply the repair' }).first();
    await repair.waitFor(long);
    const found = await page.locator('.finding.tone-edge-clay').count();
    await page.screenshot({ path: `${shots}repair.png`, fullPage: true });
    await repair.click();
    await page.waitForFunction((many) => document.querySelectorAll('.finding.tone-edge-clay').length < many, found, long);
    await page.getByLabel('The whole canvas as YAML').fill(before);
    await page.getByText('Draft saved').waitFor(long);
    say(errors);
    await context.close();
  });

  await check('incident: nobody is called for a while, it is acknowledged, and resolved with a verdict', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/incidents`);
    await page.getByRole('button', { name: 'Call nobody for 4 hours' }).first().click();
    await page.getByText(/^Nobody is called before/).waitFor(long);
    await page.getByRole('button', { name: 'Acknowledge or resolve' }).first().click();
    await page.getByLabel('Why', { exact: true }).fill('I look at it');
    await page.getByRole('button', { name: 'Acknowledge', exact: true }).click();
    await page.getByText(/^Acknowledged by/).first().waitFor(long);
    await page.getByRole('button', { name: 'Acknowledge or resolve' }).first().click();
    await page.getByLabel('It was a drill').check();
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await page.getByText(/, as drill/).first().waitFor(long);
    if ((await page.getByRole('button', { name: 'Acknowledge or resolve' }).count()) > 0) throw new Error('it can still be resolved');
    await page.screenshot({ path: `${shots}incident-resolved.png`, fullPage: true });
    say(errors);
    await context.close();
  });

  await check('documents: each opens, and says of itself what is answered', async () => {
    const { context, page, errors } = await open('light', 1440);
    await settle(page, `${home}/documents`);
    const papers = page.getByRole('navigation', { name: 'Documents' }).getByRole('button');
    const many = await papers.count();
    if (many < 5) throw new Error(`${many} documents`);
    for (let index = 0; index < many; index += 1) {
      await papers.nth(index).click();
      await page.locator('article.paper h2, article.paper h3').first().waitFor(long);
      if (!page.url().includes('doc=')) throw new Error('the document is not in the address');
    }
    const json = await page.locator('article.paper a', { hasText: 'JSON' }).getAttribute('href');
    const answer = await page.request.get(base + json);
    if (!answer.ok()) throw new Error(`the JSON of the document answers ${answer.status()}`);
    say(errors);
    await context.close();
  });

  await runs({ check, open, settle, base, shots, product, long, say });
}
