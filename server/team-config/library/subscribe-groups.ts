import type { z } from 'zod';
import type { teamConfig } from '#contract/team-config.ts';
import type { BundleSubscription } from '#contract/team-config-bundles.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type By, requireBundle, subjectOf } from './hold-bundle.ts';
import { readVersion } from './queries.ts';
import {
  deleteSubscription,
  listSubscriptions,
  listSubscriptionsOfMember,
  lockGroup,
  putSubscription,
  readSubscription,
} from './subscription-queries.ts';
import { versionOf } from './version-of.ts';
import { listVersionsOf } from './version-queries.ts';

type WritingServices = Pick<Services, 'db' | 'clock'>;
type MyBundle = z.input<NonNullable<(typeof teamConfig.mine)['~orpc']['outputSchema']>>['items'][number];

export const readSubscriptions = async (
  db: Database,
  workspaceId: string,
  bundleId: string,
): Promise<BundleSubscription[]> =>
  (await listSubscriptions(db, workspaceId, bundleId)).map(({ members, ...row }) => ({
    ...row,
    members: Number(members ?? 0),
  }));

/** Null: always the newest version, also before there is one. @throws ReeveError not-found */
export async function subscribeGroup(
  { db, clock }: WritingServices,
  { workspaceId, actor }: By,
  { id, groupId, version }: { id: string; groupId: string; version: number | null },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const bundle = await requireBundle(tx, workspaceId, id);
    const group = await lockGroup(tx, workspaceId, groupId);
    if (!group) throw new ReeveError('not-found', { groupId });
    if (version !== null && !(await readVersion(tx, workspaceId, id, version)))
      throw new ReeveError('not-found', { bundleId: id, version });
    const before = await readSubscription(tx, workspaceId, id, groupId);
    await putSubscription(tx, workspaceId, { bundleId: id, groupId, version, at, by: actor.label });
    await record(tx, actor, 'bundle.subscribed', {
      at,
      subject: subjectOf(bundle),
      groupId,
      group: group.name,
      before: before ? { version: before.version } : null,
      after: { version },
    });
  });
}

/** @throws ReeveError not-found */
export async function unsubscribeGroup(
  { db, clock }: WritingServices,
  { workspaceId, actor }: By,
  { id, groupId }: { id: string; groupId: string },
): Promise<void> {
  const at = clock();
  await db.transaction().execute(async (tx) => {
    const bundle = await requireBundle(tx, workspaceId, id);
    const group = await lockGroup(tx, workspaceId, groupId);
    if (!group || (await deleteSubscription(tx, workspaceId, id, groupId)) === 0)
      throw new ReeveError('not-found', { bundleId: id, groupId });
    await record(tx, actor, 'bundle.unsubscribed', { at, subject: subjectOf(bundle), groupId, group: group.name });
  });
}

interface Wish {
  groupName: string;
  version: number | null;
}

const wordsOf = ({ groupName, version }: Wish): string =>
  version === null
    ? `“${groupName}” has it, always the newest version`
    : `“${groupName}” has it, at version ${version}`;

function because(wishes: readonly Wish[], number: number): string {
  const words = wishes.map(wordsOf).join('; ');
  return wishes.length === 1 ? `${words}.` : `${words}. Of several, the highest version counts: ${number}.`;
}

export interface BundleOfMember {
  id: string;
  slug: string;
  name: string;
  description: string;
  number: number;
  because: string;
}

/** What the groups of a member subscribe to, by address. Where several have the same bundle, the highest version counts. */
export async function bundlesOfMember(db: Database, workspaceId: string, memberId: string): Promise<BundleOfMember[]> {
  const rows = await listSubscriptionsOfMember(db, workspaceId, memberId);
  const byBundle = Map.groupBy(rows, ({ id }) => id);
  return [...byBundle.values()].map((wishes) => {
    const number = Math.max(...wishes.map(({ version, newest }) => version ?? newest));
    const { id, slug, name, description } = wishes[0] as (typeof wishes)[number];
    return { id, slug, name, description, number, because: because(wishes, number) };
  });
}

export async function showMine(db: Database, workspaceId: string, memberId: string): Promise<MyBundle[]> {
  const mine = await bundlesOfMember(db, workspaceId, memberId);
  const versions = new Map((await listVersionsOf(db, workspaceId, mine)).map((row) => [row.bundleId, row]));
  return mine.flatMap(({ number: _, because: words, ...bundle }) => {
    const version = versions.get(bundle.id);
    return version ? [{ bundle, version: versionOf(version), because: words }] : [];
  });
}
