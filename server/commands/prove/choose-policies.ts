import { exitCodes, Refused } from '#server/refused.ts';

export interface NamedPolicy {
  id: string | null;
  name: string;
  revision: number;
}

export interface ChosenPolicy {
  policyId: string | null;
  revision?: number;
}

function chooseOne(wanted: string, policies: readonly NamedPolicy[]): ChosenPolicy {
  const named = (name: string) => policies.find((policy) => policy.name.toLowerCase() === name.toLowerCase());
  // A name may hold an @ itself.
  const whole = named(wanted);
  if (whole) return { policyId: whole.id };
  const [, name = '', revision] = /^(.+)@(\d{1,6})$/.exec(wanted) ?? [];
  const policy = named(name);
  if (policy && policy.id !== null && revision !== undefined)
    return { policyId: policy.id, revision: Number(revision) };
  if (wanted.toLowerCase() === 'none') return { policyId: null };
  throw new Refused(
    `There is no published policy named “${wanted}”. There are: ${policies.map((one) => one.name).join(', ')}. NAME@2 is its version 2, none is no policy.`,
    { exitCode: exitCodes.badConfig },
  );
}

/** `NAME`, `NAME@REVISION` or `none`. @throws Refused with what there is */
export const choosePolicies = (wanted: readonly string[], policies: readonly NamedPolicy[]): ChosenPolicy[] =>
  wanted.map((one) => chooseOne(one, policies));
