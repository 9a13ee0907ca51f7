import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openAuthority } from '#server/http/local-authority.ts';
import { startPeer } from './start-peer.ts';

/** The limit, a bare node:https server that answers these bytes, with a certificate of the authority that is returned. */
export async function startBare(folder: string, body: string) {
  const authority = await openAuthority(
    { folder, name: 'ca', title: 'Bench' },
    { names: ['localhost'], now: new Date(), onReplaced: () => undefined },
  );
  const leaf = await authority.issue(['localhost'], new Date());
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const peer = await startPeer<{ port: number }>('bare-https.ts', [
    file('leaf.pem', leaf.certificatePem),
    file('leaf.key', leaf.keyPem),
    file('body', body),
  ]);
  return { peer, ca: authority.certificatePem };
}
