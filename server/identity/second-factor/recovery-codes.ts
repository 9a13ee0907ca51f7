import { randomInt } from 'node:crypto';
import { newId } from '#server/crypto/ids.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import type { Database } from '#server/db/open-database.ts';
import { countRecoveryCodes, deleteRecoveryCodes, insertRecoveryCodes } from './factor-queries.ts';

export const recoveryCodeCount = 10;
const groups = 4;
const groupLength = 4;
/** Crockford's base 32: no letter looks like a digit. 16 of them are 80 bits, beyond guessing even with the hashes at hand. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

const makeGroup = (): string =>
  Array.from({ length: groupLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('');

const makeCode = (): string => Array.from({ length: groups }, makeGroup).join('-');

/** Read as Crockford says: case and dashes do not count, o is 0, i and l are 1. */
const readCode = (typed: string): string =>
  typed.toLowerCase().replaceAll(/[\s-]/g, '').replaceAll('o', '0').replaceAll(/[il]/g, '1');

/** Bound to the member, so that equal codes of two members would not look alike. */
export const recoveryCodeHash = (memberId: string, typed: string): string =>
  hashToken(`recovery-code/${memberId}/${readCode(typed)}`);

export interface CodeOwner {
  workspaceId: string;
  memberId: string;
  at: Date;
}

/** Makes new ones; those from before stop working. Shown once. */
export async function renewRecoveryCodes(tx: Database, { workspaceId, memberId, at }: CodeOwner): Promise<string[]> {
  const codes = Array.from({ length: recoveryCodeCount }, makeCode);
  await deleteRecoveryCodes(tx, memberId);
  const owner = { workspace_id: workspaceId, member_id: memberId, created_at: at };
  await insertRecoveryCodes(
    tx,
    codes.map((code) => ({ id: newId('rec'), ...owner, code_hash: recoveryCodeHash(memberId, code) })),
  );
  return codes;
}

/** With the first factor; later ones bring none. */
export const firstRecoveryCodes = async (tx: Database, owner: CodeOwner): Promise<string[]> =>
  (await countRecoveryCodes(tx, owner.memberId)).left > 0 ? [] : renewRecoveryCodes(tx, owner);
