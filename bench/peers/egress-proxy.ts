/** Reeve's way out of one task, with every method allowed; the name leads to the bench's server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { noInternet } from '#contract/internet-access.ts';
import { startEgressProxy } from '#runner/egress/start-egress-proxy.ts';
import { announce } from './announce.ts';

const [httpPort = '', httpsPort = '', trustedFile = ''] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'reeve-bench-'));
const socketPath = join(folder, 'egress.sock');
const proxy = await startEgressProxy({
  socketPath,
  gateway: { origin: 'https://gateway.example', paths: [], authorityPem: null },
  policy: {
    phase: 'agent',
    access: { ...noInternet, isOn: true, domains: ['bench.example'] },
    offBecause: 'internet-off',
    isSetupInternet: false,
  },
  onAttempt: () => undefined,
  resolve: async () => ['93.184.215.14'],
  connectTo: (_address, port) => ({ host: '127.0.0.1', port: Number(port === 443 ? httpsPort : httpPort) }),
  trustedPem: readFileSync(trustedFile, 'utf8'),
});
const authorityFile = join(folder, 'ca.pem');
writeFileSync(authorityFile, proxy.authorityPem);
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
announce({ socketPath, authorityFile });
