// nginx, as a server of files and in front of ours.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { start } from './processes.mjs';

export const nginx = process.env.NGINX ?? '/usr/sbin/nginx';

/** Starts it with what `site` says about the one server that it is; its own files lie in `folder`. */
export async function startNginx(folder, port, site) {
  const place = join(folder, 'nginx-own');
  for (const name of ['', 'tmp']) await mkdir(join(place, name));
  const config = join(place, 'nginx.conf');
  await writeFile(
    config,
    `daemon off;
pid ${place}/nginx.pid;
worker_processes auto;
${process.getuid() === 0 ? 'user root;' : ''}
events { worker_connections 256; }
http {
  types { text/html html; text/javascript js mjs; text/css css; application/wasm wasm; image/svg+xml svg; font/woff2 woff2; application/json json; application/manifest+json webmanifest; }
  access_log ${place}/access.log;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  client_max_body_size 0;
  client_body_buffer_size 256k;
  client_body_temp_path ${place}/tmp;
  proxy_temp_path ${place}/tmp; fastcgi_temp_path ${place}/tmp; uwsgi_temp_path ${place}/tmp; scgi_temp_path ${place}/tmp;
  server {
    listen 127.0.0.1:${port} reuseport;
    ${site.trim()}
  }
}
`,
  );
  return start(nginx, ['-c', config, '-e', join(place, 'error.log')], { log: join(place, 'stderr.log'), port });
}
