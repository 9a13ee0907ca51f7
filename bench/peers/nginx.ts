import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority } from '#server/http/local-authority.ts';
import { freePort } from '#testing/free-port.ts';

export interface Nginx {
  origin: string;
  ca: string;
  stop(): Promise<void>;
}

const configuration = (folder: string, port: number, upstreamOrigin: string) => `
daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
  upstream model { server ${new URL(upstreamOrigin).host}; keepalive 512; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${folder}/leaf.pem; ssl_certificate_key ${folder}/leaf.key; keepalive_requests 100000;
    location / { proxy_pass http://model; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; proxy_request_buffering off; }
  }
}
`;

/** A plain streaming reverse proxy, the limit to approach; null where nginx is not installed. */
export async function startNginx({ upstreamOrigin }: { upstreamOrigin: string }): Promise<Nginx | null> {
  if (spawnSync('nginx', ['-v']).status !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'reeve-nginx-'));
  const port = await freePort();
  const authority = await openAuthority(
    { folder, name: 'ca', title: 'Bench' },
    { names: ['localhost'], now: new Date(), onReplaced: () => undefined },
  );
  const leaf = await authority.issue(['localhost'], new Date());
  writeFileSync(join(folder, 'leaf.pem'), leaf.certificatePem);
  writeFileSync(join(folder, 'leaf.key'), leaf.keyPem, { mode: 0o600 });
  writeFileSync(join(folder, 'nginx.conf'), configuration(folder, port, upstreamOrigin));
  const server = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'inherit' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  return {
    origin: `https://localhost:${port}`,
    ca: authority.certificatePem,
    async stop() {
      server.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
