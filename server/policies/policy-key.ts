import type { PolicyRef } from './delivery-queries.ts';

/** Names what a member is told to enforce: `id@revision`, with `+id@revision` of the baseline where one is sent too. */
export function policyKeyOf({ policy, baseline }: { policy: PolicyRef | null; baseline: PolicyRef | null }): string {
  const own = policy ? `${policy.id}@${policy.revision}` : 'none';
  return baseline ? `${own}+${baseline.id}@${baseline.revision}` : own;
}

const refPattern = /^(.+)@(\d+)$/;

function readRef(text: string | undefined): PolicyRef | null {
  const [, id, revision] = refPattern.exec(text ?? '') ?? [];
  return id === undefined ? null : { id, revision: Number(revision) };
}

/** The other way round; ids hold neither `@` nor `+`. */
export function readPolicyKey(key: string): { policy: PolicyRef | null; baseline: PolicyRef | null } {
  const [own, baseline] = key.split('+');
  return { policy: readRef(own), baseline: readRef(baseline) };
}
