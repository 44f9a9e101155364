import { expect, newEmail, row, signUp, test, upload } from '../support/journey';
import { HOSTILE } from '../support/hostile';
import { sample } from '../support/samples';

test('nothing that a file holds acts when it is looked at', async ({ page, context, server, folder }) => {
  test.setTimeout(180_000);
  const seen: string[] = [];
  page.on('dialog', (dialog) => {
    seen.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('page', (opened) => seen.push(`window: ${opened.url()}`));
  page.on('frameattached', (frame) => seen.push(`frame: ${frame.url()}`));
  await signUp(page, server, newEmail());
  await upload(page, await Promise.all(HOSTILE.map(({ name, content }) => sample(folder, name, content))));
  await page.getByRole('button', { name: 'Clear' }).click();
  const title = await page.title();
  const own = new URL(server.url).origin;
  page.on('request', (request) => {
    const url = new URL(request.url());
    const isOurs = url.origin === own && /^\/(?:api\/v1|assets)\//.test(url.pathname);
    // Pictures in the document itself, and what the page made of verified bytes.
    if (!isOurs && url.protocol !== 'data:' && url.protocol !== 'blob:') seen.push(`request: ${request.url()}`);
  });
  // What is shown over the page is an entry of its own in the history, at the same address; nothing is loaded for it.
  const address = page.url();
  page.on('framenavigated', (frame) => {
    if (frame.url() !== address) seen.push(`navigation: ${frame.url()}`);
  });
  page.on('load', () => seen.push('load'));

  for (const { name, shows } of HOSTILE) {
    await row(page, name).dblclick();
    const shown = page.getByRole('dialog', { name: `Preview of ${name}` });
    if (shows === null) await expect.poll(() => shown.getByRole('img', { name }).evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(200);
    else await expect(shown.getByText(shows, { exact: false }).first()).toBeAttached();
    // Whatever can be pressed is pressed.
    for (const word of await shown.getByText('press', { exact: true }).all()) await word.click({ force: true, timeout: 2000 });
    if (shows === null) await shown.getByRole('img', { name }).click();
    if (name.endsWith('.pdf')) await shown.getByRole('group', { name: 'Page 1' }).click();
    const elements = await shown.evaluate((dialog) => {
      const all = (root: ParentNode): Element[] => [...root.querySelectorAll('*')].flatMap((element) => [element, ...(element.shadowRoot === null ? [] : all(element.shadowRoot))]);
      return all(dialog).flatMap((element) => [
        ...(/^(?:script|iframe|object|embed|form|base|meta|style|link)$/i.test(element.tagName) ? [element.tagName] : []),
        ...[...element.attributes].filter((attribute) => attribute.name.startsWith('on') || /^\s*(?:javascript|data:text|vbscript)/i.test(attribute.value)).map((attribute) => `${element.tagName} ${attribute.name}=${attribute.value}`),
      ]);
    });
    expect(elements, name).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(shown).toHaveCount(0);
  }

  // Time for what was only set going.
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => Reflect.get(globalThis, 'wasHere') as unknown)).toBeUndefined();
  expect(await page.title()).toBe(title);
  expect(seen).toEqual([]);
});
