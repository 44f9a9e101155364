// P7: from the click on "Unlock" to the list of files, in the real app on the real server.

import { chromiumVersion, launchBrowser } from '../lib/browser.mjs';
import { rounds, valueGoal } from '../lib/figures.mjs';
import { withFolder } from '../lib/processes.mjs';
import { startServer } from '../lib/strongroom.mjs';

const EMAIL = 'bench@example.org';
const PASSWORD = 'correct horse battery staple 47';

export const unlocking = {
  id: 'P7b',
  title: 'Unlocking',
  measure: () => withFolder(measure),
};

async function measure(folder) {
  const server = await startServer(folder);
  // By its name, since browsers offer their cryptography to localhost.
  const url = server.url.replace('127.0.0.1', 'localhost');
  const browser = await launchBrowser();
  const values = [];
  try {
    const page = await browser.newPage({ locale: 'en-GB' });
    await signUp(page, url);
    for (let round = 0; round <= rounds(); round++) {
      await page.reload();
      await page.getByRole('heading', { name: 'Unlock' }).waitFor();
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      const start = performance.now();
      await page.getByRole('button', { name: 'Unlock' }).click();
      await page.getByRole('heading', { name: 'My files' }).waitFor();
      if (round > 0) values.push(performance.now() - start);
    }
  } finally {
    await browser.close();
    await server.stop();
  }
  return {
    text: 'From the click on “Unlock” to the list of files, in the real app on the real server, with an empty vault.',
    tables: [{ title: 'Unlocking', name: null, unit: 'ms', higher: false, rows: [{ name: 'Strongroom', values }] }],
    goals: [valueGoal('Unlock to usable', values, '≤', 1000, 'ms')],
    versions: [chromiumVersion()],
    commands: [],
  };
}

async function signUp(page, url) {
  await page.goto(`${url}/sign-up`);
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Repeat the password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue' }).click();
  const phrase = page.getByRole('list', { name: 'Recovery phrase' }).getByRole('listitem');
  await phrase.first().waitFor();
  const words = (await phrase.allInnerTexts()).map((text) => text.replace(/[^a-z]/g, ''));
  await page.getByRole('button', { name: 'I have kept them' }).click();
  for (const field of await page.getByLabel(/^Word \d+$/).all()) {
    const label = await field.evaluate((input) => input.labels[0].textContent);
    await field.fill(words[Number(/\d+/.exec(label)[0]) - 1]);
  }
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByRole('heading', { name: 'My files' }).waitFor();
}
