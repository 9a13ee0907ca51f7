import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** openssl-ts(1): a policy, the hashes that are taken, and a certificate for nothing but time stamping. */
const configuration = (folder: string) => `
[tsa]
default_tsa = tsa_config
[tsa_config]
serial = ${folder}/serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[leaf]
extendedKeyUsage = critical,timeStamping
keyUsage = critical,digitalSignature
`;

function openssl(folder: string, ...args: string[]): void {
  const { status, stderr } = spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
}

export interface TimeStampServer {
  url: string;
  /** The authority above it, in PEM. */
  authorityPem: string;
  /** Answers with 503 until it is mended. */
  setBroken(isBroken: boolean): void;
  /** Whether openssl accepts an answer for a text. */
  accepts(text: string, answer: Uint8Array): boolean;
  stop(): Promise<void>;
}

/** A real time stamping authority (RFC 3161): `openssl ts` behind HTTP. */
export async function startTimeStamps(): Promise<TimeStampServer> {
  const folder = mkdtempSync(join(tmpdir(), 'reeve-tsa-'));
  writeFileSync(join(folder, 'tsa.cnf'), configuration(folder));
  writeFileSync(join(folder, 'serial'), '01\n');
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-config', 'tsa.cnf'];
  openssl(
    folder,
    'req',
    '-x509',
    ...newKey,
    '-extensions',
    'ca',
    '-days',
    '30',
    '-subj',
    '/CN=Test TSA root',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  openssl(folder, 'req', ...newKey, '-subj', '/CN=Test TSA', '-keyout', 'tsa.key', '-out', 'tsa.csr');
  openssl(
    folder,
    'x509',
    '-req',
    '-in',
    'tsa.csr',
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    'tsa.cnf',
    '-extensions',
    'leaf',
    '-out',
    'tsa.pem',
  );
  let isBroken = false;
  const server = createServer(async (request, response) => {
    const query = await buffer(request);
    if (isBroken || request.headers['content-type'] !== 'application/timestamp-query') {
      response.writeHead(isBroken ? 503 : 415).end();
      return;
    }
    writeFileSync(join(folder, 'query.tsq'), query);
    openssl(
      folder,
      'ts',
      '-reply',
      '-config',
      'tsa.cnf',
      '-section',
      'tsa_config',
      '-queryfile',
      'query.tsq',
      '-signer',
      'tsa.pem',
      '-inkey',
      'tsa.key',
      '-out',
      'reply.tsr',
    );
    response
      .writeHead(200, { 'content-type': 'application/timestamp-reply' })
      .end(readFileSync(join(folder, 'reply.tsr')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    authorityPem: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    setBroken: (value) => {
      isBroken = value;
    },
    accepts(text, answer) {
      writeFileSync(join(folder, 'text'), text);
      writeFileSync(join(folder, 'answer.tsr'), answer);
      const args = ['ts', '-verify', '-data', 'text', '-in', 'answer.tsr', '-CAfile', 'ca.pem'];
      return spawnSync('openssl', args, { cwd: folder }).status === 0;
    },
    async stop() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
