import { defineConfig } from '@playwright/test';

/**
 * Journeys of a person through the real app: the real server, a real browser,
 * real files. `STRONGROOM_SERVER` names the server's binary, with the web app
 * inside, if it is not the one that `make build` leaves; `CHROMIUM` the browser.
 */
export default defineConfig({
  testDir: './journeys',
  outputDir: '../../web/test-results',
  // One server and one browser at a time: the journeys themselves keep two cores busy.
  workers: 1,
  fullyParallel: false,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    // The journeys change answers on their way; the one about the service worker allows it.
    serviceWorkers: 'block',
    screenshot: 'only-on-failure',
    trace: 'off',
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        // The dialog that gives handles cannot be answered from here; the other one can. The journeys that need it make their own.
        '--disable-blink-features=FileSystemAccessLocal',
        // A name of this machine that is no secure context, as a server in the local network is seen.
        '--host-resolver-rules=MAP strongroom.lan 127.0.0.1',
      ],
    },
  },
});
