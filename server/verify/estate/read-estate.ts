import { z } from 'zod';
import { isBelowMinimum } from '#contract/client-versions.ts';
import type { EstateClient, estate } from '#contract/estate.ts';
import { surfaceName } from '#contract/surface-names.ts';
import { testedClients } from '#contract/tested-clients.ts';
import { surfaceOf } from '#server/activity/index.ts';
import { cutPage, decodeCursor } from '#server/db/keyset.ts';
import { countTooOld } from '#server/models/index.ts';
import type { Services } from '#server/services.ts';
import { readSettings } from '#server/workspace/index.ts';
import {
  type ClientFilter,
  countClients,
  countSurfaces,
  type EstateCount,
  type ListedClient,
  listClientNames,
  listClients,
  listMembersBelow,
  type Scope,
} from './queries.ts';

type Summary = z.infer<NonNullable<(typeof estate.summary)['~orpc']['outputSchema']>>;

const dayMs = 86_400_000;
const lookBackDays = 30;
const Position = z.tuple([z.string(), z.string(), z.string(), z.string()]);

const surfaceOfClient = (client: string): string => surfaceName(surfaceOf(client));

async function readScope({ db, clock }: Pick<Services, 'db' | 'clock'>, workspaceId: string) {
  const now = clock();
  const { minimumClientVersion, minimumClientFrom } = await readSettings(db, workspaceId);
  const scope: Scope = {
    workspaceId,
    since: new Date(now.getTime() - lookBackDays * dayMs),
    minimum: minimumClientVersion,
  };
  return { scope, from: minimumClientFrom, now };
}

async function readSurfaces({ db }: Pick<Services, 'db'>, scope: Scope): Promise<Summary['surfaces']> {
  const names = await listClientNames(db, scope);
  return countSurfaces(
    db,
    scope,
    names.map((client) => ({ client, surface: surfaceOfClient(client) })),
  );
}

const isTested = (version: string | null): boolean => (testedClients as readonly (string | null)[]).includes(version);

/** What runs in the field, of active members, within the last 30 days. */
export async function readEstate(services: Pick<Services, 'db' | 'clock'>, workspaceId: string): Promise<Summary> {
  const { scope, from, now } = await readScope(services, workspaceId);
  const rows = await countClients(services.db, scope);
  const of = (what: EstateCount['of']) => rows.filter((row) => row.of === what);
  const [all] = of('all');
  const refusals = await countTooOld(services.db, workspaceId, new Date(now.getTime() - dayMs));
  return {
    members: all?.members ?? 0,
    versions: of('version').map(({ version, members, clients }) => ({
      version,
      members,
      clients,
      isTested: isTested(version),
      isBelowMinimum: isBelowMinimum(version, scope.minimum),
    })),
    surfaces: await readSurfaces(services, scope),
    policies: of('policy').map(({ policy_name, revision, members, is_current }) => ({
      policyName: policy_name,
      revision,
      members,
      isCurrent: is_current === true,
    })),
    minimum: {
      version: scope.minimum,
      from,
      isInForce: scope.minimum !== null && (from === null || new Date(from) <= now),
      membersBelow: all?.members_below ?? 0,
      refusalsLast24Hours: refusals,
    },
  };
}

const asClient = (row: ListedClient): EstateClient => ({
  memberId: row.member_id,
  memberName: row.member_name,
  memberEmail: row.member_email,
  client: row.client,
  surface: surfaceOfClient(row.client),
  version: row.version,
  policyName: row.policy_name,
  policyRevision: row.revision,
  isPolicyCurrent: row.is_current,
  reportsTelemetry: row.reports,
  isBelowMinimum: row.is_below,
  lastSeenAt: row.last_at.toISOString(),
});

type Asked = Omit<ClientFilter, 'clients'> & {
  surface?: string | undefined;
  cursor?: string | undefined;
  limit: number;
};

/** Who runs what, by name. @throws ReeveError bad-input */
export async function listEstate(
  services: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  { surface, cursor, limit, ...filter }: Asked,
): Promise<{ items: EstateClient[]; nextCursor: string | null }> {
  const { scope } = await readScope(services, workspaceId);
  const after = cursor === undefined ? null : decodeCursor(cursor, Position);
  // A surface is read from the name a client gives itself, which SQL does not do.
  const clients =
    surface === undefined
      ? undefined
      : (await listClientNames(services.db, scope)).filter((name) => surfaceOfClient(name) === surface);
  const rows = await listClients(services.db, scope, { filter: { ...filter, clients }, after, limit });
  const { page, nextCursor } = cutPage(rows, limit, (row) => [
    row.member_name.toLowerCase(),
    row.member_id,
    row.client,
    row.version ?? '',
  ]);
  return { items: page.map(asClient), nextCursor };
}

/** Who is below the minimum, for the checks. */
export async function listBelowMinimum(
  services: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
): Promise<{ minimum: string | null; from: string | null; names: string[]; members: number }> {
  const { scope, from } = await readScope(services, workspaceId);
  return { minimum: scope.minimum, from, ...(await listMembersBelow(services.db, scope)) };
}
