import { builtInRoleNames } from '#contract/built-in-roles.ts';
import type { SecondFactorAudience, SecondFactorRule } from '#contract/second-factor.ts';
import { type Actor, record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import type { SignedInMember } from '#server/http/request-context.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import {
  type AskedMembers,
  countAsked,
  findDefaultRole,
  findRule,
  listAskedWithout,
  listCustomRoles,
  lockRule,
  updateRule,
} from './rule-queries.ts';
import { isAsked, isBeyondCodexUser } from './standing.ts';

const asRule = ({
  audience,
  graceUntil,
}: {
  audience: SecondFactorAudience;
  graceUntil: Date | null;
}): SecondFactorRule => ({
  audience,
  graceUntil: graceUntil?.toISOString() ?? null,
});

export const readRule = async (db: Database, workspaceId: string): Promise<SecondFactorRule> =>
  asRule(await findRule(db, workspaceId));

/** The roles that make somebody more than a Codex user; no two lesser ones do together. */
async function rolesBeyondCodexUser(db: Database, workspaceId: string): Promise<string[]> {
  const builtIn = builtInRoleNames.map((id) => ({ id, permissions: null }));
  const all = [...builtIn, ...(await listCustomRoles(db, workspaceId))];
  return all.filter((role) => isBeyondCodexUser(permissionsFrom([role]))).map(({ id }) => id);
}

async function whomItAsks(
  db: Database,
  workspaceId: string,
  audience: SecondFactorAudience,
): Promise<AskedMembers | null> {
  if (audience === 'off') return null;
  if (audience === 'everyone') return { workspaceId, roleIds: 'all', withDefault: true };
  const roleIds = await rolesBeyondCodexUser(db, workspaceId);
  const defaultRole = await findDefaultRole(db, workspaceId);
  return { workspaceId, roleIds, withDefault: defaultRole !== null && roleIds.includes(defaultRole) };
}

export async function previewRule(
  db: Database,
  { workspaceId }: { workspaceId: string },
  { rule: { audience }, caller }: { rule: SecondFactorRule; caller: SignedInMember | null },
) {
  const isCallerWithout = caller !== null && isAsked(audience, caller.permissions) && !caller.secondFactor.isEnrolled;
  const who = await whomItAsks(db, workspaceId, audience);
  if (!who) return { asked: 0, withoutFactor: 0, firstWithout: [], isCallerWithout };
  return {
    ...(await countAsked(db, who)),
    firstWithout: await listAskedWithout(db, who, { limit: 20 }),
    isCallerWithout,
  };
}

export interface SecondFactorGap {
  rule: SecondFactorRule;
  asked: number;
  withoutFactor: number;
  /** Some of those without, by name. */
  names: string[];
}

/** How far the rule of the workspace has reached. */
export async function secondFactorGap(db: Database, workspaceId: string): Promise<SecondFactorGap> {
  const rule = await readRule(db, workspaceId);
  const { asked, withoutFactor, firstWithout } = await previewRule(db, { workspaceId }, { rule, caller: null });
  return { rule, asked, withoutFactor, names: firstWithout.map(({ name }) => name) };
}

/** Holds from the next request on: sessions stay, but lead to nothing before a factor was shown in them. */
export async function changeRule(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  { actor, workspaceId }: { actor: Actor; workspaceId: string },
  { audience, graceUntil }: SecondFactorRule,
): Promise<SecondFactorRule> {
  const at = clock();
  const rule = { audience, graceUntil: graceUntil === null || audience === 'off' ? null : new Date(graceUntil) };
  await db.transaction().execute(async (tx) => {
    const before = asRule(await lockRule(tx, workspaceId));
    await updateRule(tx, workspaceId, { ...rule, at });
    const subject = { kind: 'workspace', id: workspaceId, label: 'Second factor' };
    await record(tx, actor, 'second-factor.rule-updated', { at, subject, before, after: asRule(rule) });
  });
  return asRule(rule);
}
