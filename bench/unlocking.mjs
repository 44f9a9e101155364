// P7: from the click on "Unlock" to the list of files, in the real app on the real server.

import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { launchBrowser, median, root, rounds } from './support.mjs';

const EMAIL = 'bench@example.org';
const PASSWORD = 'correct horse battery staple 47';

export async function unlocking() {
  const server = process.env.STRONGROOM_SERVER ?? join(root, 'target/release/strongroom-server');
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-bench-'));
  const running = spawn(server, ['serve', '--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const line = await new Promise((resolve, reject) => {
    running.stdout.once('data', (data) => resolve(data.toString()));
    running.once('exit', () => reject(new Error(`${server} did not start`)));
  });
  // By its name, since browsers offer their cryptography to localhost.
  const url = /http:\/\/\S+/.exec(line)[0].replace('127.0.0.1', 'localhost').replace(/\/$/, '');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ locale: 'en-GB' });
    await signUp(page, url);
    const times = [];
    for (let round = 0; round <= rounds; round++) {
      await page.reload();
      await page.getByRole('heading', { name: 'Unlock' }).waitFor();
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      const start = performance.now();
      await page.getByRole('button', { name: 'Unlock' }).click();
      await page.getByRole('heading', { name: 'My files' }).waitFor();
      if (round > 0) times.push(performance.now() - start);
    }
    return `## Unlocking

From the click on “Unlock” to the list of files, in the real app on the real server, with an empty vault. Goal: at most
1 s.

| median, ms | min | max |
|---:|---:|---:|
| ${[median(times), Math.min(...times), Math.max(...times)].map((time) => time.toFixed(0)).join(' | ')} |`;
  } finally {
    await browser.close();
    running.removeAllListeners('exit');
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill();
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
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
