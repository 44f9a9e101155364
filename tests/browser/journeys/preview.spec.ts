import type { Page } from '@playwright/test';

import { docx, paragraph, wav, xlsx } from '../support/documents';
import { download, expect, newEmail, row, sha256, signUp, test, upload } from '../support/journey';
import { noise, pdf, photo, sample } from '../support/samples';

const viewer = (page: Page, name: string) => page.getByRole('dialog', { name: `Preview of ${name}` });

test('files of every kind are looked at, one after the other', async ({ page, server, folder }) => {
  test.setTimeout(180_000);
  await signUp(page, server, newEmail());
  await upload(page, [
    await sample(folder, '1 Photo.png', photo(640, 480)),
    await sample(folder, '2 Contract.pdf', pdf('Signed and sealed')),
    await sample(folder, '3 Sound.wav', wav()),
    await sample(folder, '4 Notes.md', Buffer.from('# Shopping\n\n- [x] milk\n- [ ] **bread**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n')),
    await sample(folder, '5 main.rs', Buffer.from('fn main() {\n    println!("hello");\n}\n')),
    await sample(folder, '6 Letter.docx', docx(paragraph('Dear Ada') + paragraph('the engine', 'L0'), ['https://example.org/engine'])),
    await sample(folder, '7 Figures.xlsx', xlsx('Budget', [['Rent', 950.5], ['Food', 310]])),
    await sample(folder, '8 Long.log', Buffer.concat([Buffer.from('the first line\n'), Buffer.alloc(6 * 1024 * 1024, 'x'.repeat(99) + '\n'), Buffer.from('the last line\n')])),
    await noise(folder, '9 backup.bin', 1000),
  ]);
  await page.getByRole('button', { name: 'Clear' }).click();

  await row(page, '1 Photo.png').click();
  await page.keyboard.press('Enter');
  const photoShown = viewer(page, '1 Photo.png');
  await expect(photoShown.getByRole('img', { name: '1 Photo.png' })).toBeVisible();
  await expect(photoShown.getByText('1 of 9')).toBeVisible();
  await expect(photoShown.getByRole('button', { name: 'Previous file' })).toBeDisabled();
  const width = () => photoShown.getByRole('img').evaluate((image) => image.getBoundingClientRect().width);
  const before = await width();
  await photoShown.getByRole('button', { name: 'Zoom in' }).click();
  expect(await width()).toBeCloseTo(before * 1.5, 0);
  await photoShown.getByRole('button', { name: 'Show it whole' }).click();
  expect(await width()).toBeCloseTo(before, 0);

  await page.keyboard.press('ArrowRight');
  const contract = viewer(page, '2 Contract.pdf');
  await expect(contract.getByRole('group', { name: 'Page 1' }).getByText('Signed and sealed')).toBeAttached();
  // Something was drawn on the white page.
  await expect.poll(() => contract.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width > 0 && canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data.some((value) => value < 100))).toBe(true);
  await contract.getByRole('button', { name: 'Zoom in' }).click();
  await expect(contract.getByText('125%')).toBeVisible();

  await contract.getByRole('button', { name: 'Next file' }).click();
  const sound = viewer(page, '3 Sound.wav').locator('audio');
  await expect.poll(() => sound.evaluate((audio: HTMLAudioElement) => audio.duration)).toBeCloseTo(0.5, 1);

  await viewer(page, '3 Sound.wav').getByRole('button', { name: 'Next file' }).click();
  const notes = viewer(page, '4 Notes.md');
  await expect(notes.getByRole('heading', { name: 'Shopping' })).toBeVisible();
  await expect(notes.getByRole('checkbox', { name: 'Done', exact: true })).toBeChecked();
  await expect(notes.locator('strong')).toHaveText('bread');
  await expect(notes.getByRole('cell', { name: '2' })).toBeVisible();

  await page.keyboard.press('ArrowRight');
  const code = viewer(page, '5 main.rs');
  await expect(code.getByText('println!')).toBeVisible();
  // The keyboard gets into it, through its search, and out again.
  const focused = () => page.evaluate(() => {
    const { activeElement } = document;
    return (activeElement?.shadowRoot?.activeElement ?? activeElement)?.ariaLabel ?? activeElement?.shadowRoot?.activeElement?.getAttribute('name');
  });
  await code.getByRole('button', { name: 'Download' }).focus();
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('5 main.rs');
  await page.keyboard.press('ControlOrMeta+f');
  expect(await focused()).toBe('Find');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('next');
  await page.keyboard.press('Escape');
  expect(await focused()).toBe('5 main.rs');
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Close the preview');
  // Its words have colours of their own once the language is there.
  const colours = () => code.locator('.cm-line span').evaluateAll((spans) => new Set(spans.map((span) => getComputedStyle(span).color)).size);
  await expect.poll(colours).toBeGreaterThan(1);

  await page.keyboard.press('ArrowRight');
  const letter = viewer(page, '6 Letter.docx');
  await expect(letter.getByText('Dear Ada')).toBeVisible();
  const link = letter.getByRole('link', { name: 'the engine' });
  await expect(link).toHaveAttribute('href', 'https://example.org/engine');
  await expect(link).toHaveAttribute('rel', /noopener noreferrer/);

  await page.keyboard.press('ArrowRight');
  const figures = viewer(page, '7 Figures.xlsx');
  await expect(figures.getByRole('button', { name: 'Budget' })).toBeVisible();
  await expect(figures.getByRole('cell', { name: '950.5' })).toBeVisible();

  await page.keyboard.press('ArrowRight');
  const long = viewer(page, '8 Long.log');
  await expect(long.getByText('this is the first 5 MB of it', { exact: false })).toBeVisible();
  await expect(long.getByText('the first line')).toBeVisible();

  await page.keyboard.press('ArrowRight');
  const backup = viewer(page, '9 backup.bin');
  await expect(backup.getByText('Files of this type cannot be shown here', { exact: false })).toBeVisible();
  await expect(backup.getByRole('button', { name: 'Next file' })).toBeDisabled();
  const saved = page.waitForEvent('download');
  await backup.getByRole('button', { name: 'Download' }).first().click();
  expect((await saved).suggestedFilename()).toBe('9 backup.bin');

  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect.poll(() => row(page, '1 Photo.png').evaluate((element) => element.contains(document.activeElement))).toBe(true);
});

test('what cannot be shown says so and offers the download', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  const broken = await sample(folder, 'a.png', Buffer.from('no picture'));
  await upload(page, [broken, await sample(folder, 'b.pdf', Buffer.from('no document')), await sample(folder, 'c.docx', Buffer.from('no letter')), await sample(folder, 'd.txt', Buffer.from([0, 1, 2]))]);
  await row(page, 'a.png').dblclick();
  for (const [name, words] of [
    ['a.png', 'It is damaged'],
    ['b.pdf', 'It is damaged'],
    ['c.docx', 'It is damaged'],
    ['d.txt', 'promises text'],
  ] as const) {
    await expect(viewer(page, name).getByText(words, { exact: false })).toBeVisible();
    await page.keyboard.press('ArrowRight');
  }
  await page.keyboard.press('Escape');
  expect(await sha256(await download(page, 'a.png', folder))).toBe(await sha256(broken));
});

test('a preview that could not be fetched is tried again', async ({ page, server, folder }) => {
  await signUp(page, server, newEmail());
  await upload(page, [await sample(folder, 'a.txt', Buffer.from('here at last'))]);
  await page.route('**/api/v1/files/**', (route) => route.fulfill({ status: 404, contentType: 'application/json', body: '{"error":{"code":"NOT_FOUND","message":"gone"}}' }));
  await row(page, 'a.txt').dblclick();
  const shown = viewer(page, 'a.txt');
  await expect(shown.getByText('The file could not be shown')).toBeVisible();
  await page.unroute('**/api/v1/files/**');
  await shown.getByRole('button', { name: 'Try again' }).click();
  await expect(shown.getByText('here at last')).toBeVisible();
});

test.describe('with a finger', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a tap opens a file, and a swipe turns to the next', async ({ page, server, folder }) => {
    await signUp(page, server, newEmail());
    await upload(page, [await sample(folder, 'a.png', photo(400, 300)), await sample(folder, 'b.txt', Buffer.from('the second'))]);
    await row(page, 'a.png').getByText('a.png', { exact: true }).tap();
    const first = viewer(page, 'a.png');
    await expect(first.getByRole('img', { name: 'a.png' })).toBeVisible();

    const fingers = await page.context().newCDPSession(page);
    const drag = async (...paths: [number, number][]) => {
      const at = (step: number) => paths.map(([from, to], id) => ({ x: from + ((to - from) * step) / 8, y: 400, id }));
      await fingers.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) });
      for (let step = 1; step <= 8; step++) await fingers.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(step) });
      await fingers.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    const width = () => first.getByRole('img').evaluate((image) => image.getBoundingClientRect().width);
    const before = await width();
    // Two fingers that part make it larger; then one moves it and turns to nothing.
    await drag([160, 60], [200, 300]);
    await expect.poll(width).toBeGreaterThan(before * 2);
    await drag([300, 60]);
    await expect(first).toBeVisible();
    await first.getByRole('button', { name: 'Show it whole' }).tap();
    await expect.poll(width).toBeCloseTo(before, 0);
    await drag([300, 60]);
    await expect(viewer(page, 'b.txt').getByText('the second')).toBeVisible();
    await drag([60, 300]);
    await expect(first).toBeVisible();
  });
});
