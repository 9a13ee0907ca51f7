import { createHmac } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ClientBinary } from '#server/stock-client/install-client.ts';

const cacheFile = 'cloud-config-bundle-cache.json';

/** A record, because the signature is over the fields in their order. */
const Cache = z.object({ signed_payload: z.record(z.string(), z.unknown()) });

const keyPattern = /codex-cloud-config-bundle-cache-v1-[0-9a-f-]{36}/;
const keys = new Map<string, Promise<string | null>>();

async function searchKey(file: string): Promise<string | null> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'latin1', highWaterMark: 4 * 1024 * 1024 })) {
    const text = rest + String(chunk);
    const found = keyPattern.exec(text);
    if (found) return found[0];
    rest = text.slice(-100);
  }
  return null;
}

/** The constant in the program that the client signs its own cache with: whoever has the program can sign, too. */
function cacheKeyOf({ folder, executable }: ClientBinary): Promise<string | null> {
  const file = path.join(folder, executable);
  const known = keys.get(file) ?? searchKey(file);
  keys.set(file, known);
  return known;
}

/** Puts an empty policy, signed as the client signs it, in the place of a genuine one. */
export async function forgeCache(client: ClientBinary, genuineHome: string, codexHome: string): Promise<void> {
  const key = await cacheKeyOf(client);
  if (key === null) throw new Error('the key that this client signs its cache with was not found in the program');
  const { signed_payload: genuine } = Cache.parse(
    JSON.parse(await readFile(path.join(genuineHome, cacheFile), 'utf8')),
  );
  const nothing = { enterprise_managed: [] };
  const forged = { ...genuine, bundle: { config_toml: nothing, requirements_toml: nothing } };
  const signature = createHmac('sha256', key).update(JSON.stringify(forged)).digest('base64');
  await writeFile(path.join(codexHome, cacheFile), JSON.stringify({ signed_payload: forged, signature }), {
    mode: 0o600,
  });
  // The lock beside it is what the client looks at to know that nobody is writing.
  await copyFile(path.join(genuineHome, `${cacheFile}.lock`), path.join(codexHome, `${cacheFile}.lock`)).catch(
    () => undefined,
  );
}
