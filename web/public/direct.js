// A service worker that answers for nothing: threads whose scripts lie in its scope talk to the server directly.
self.addEventListener('install', () => self.skipWaiting());
