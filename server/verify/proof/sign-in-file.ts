import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const AuthFile = z.looseObject({
  tokens: z.looseObject({ id_token: z.string(), access_token: z.string(), account_id: z.string().nullish() }),
});
type AuthFile = z.infer<typeof AuthFile>;

export const readSignIn = async (codexHome: string): Promise<AuthFile> =>
  AuthFile.parse(JSON.parse(await readFile(path.join(codexHome, 'auth.json'), 'utf8')));

/** As whoever would rather be on a plan without a policy: the client checks no signature. */
export async function editPlan(codexHome: string): Promise<void> {
  const auth = await readSignIn(codexHome);
  const [header, payload = '', signature] = auth.tokens.id_token.split('.');
  const claims = Buffer.from(payload, 'base64url').toString().replace('"enterprise"', '"plus"');
  auth.tokens.id_token = [header, Buffer.from(claims).toString('base64url'), signature].join('.');
  await writeFile(path.join(codexHome, 'auth.json'), JSON.stringify(auth), { mode: 0o600 });
}
