import { sql } from 'kysely';
import { newId } from '#server/crypto/ids.ts';
import { mintToken } from '#server/crypto/token-hash.ts';
import type { Services } from '#server/services.ts';
import { seedPrice } from '#testing/seed-price.ts';

interface Size {
  members: number;
  groups: number;
  policies: number;
  upstreamUrl: string;
  /** How many members get an access token; 100 by default. */
  tokens?: number;
}

export interface SeededOrganisation {
  workspaceId: string;
  /** One access token each for the first members. */
  tokens: string[];
  policyIds: string[];
}

const chunk = 1000;
const contents =
  'allowed_sandbox_modes = ["read-only", "workspace-write"]\nallowed_approval_policies = ["on-request", "untrusted"]\nallowed_web_search_modes = ["disabled", "cached"]\n';

async function inChunks<Row>(rows: readonly Row[], insert: (part: Row[]) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < rows.length; start += chunk) await insert(rows.slice(start, start + chunk));
}

/** An organisation of a size, straight into the tables: what is measured afterwards goes over the wire. */
export async function seedOrganisation(
  { db }: Services,
  { members, groups, policies, upstreamUrl, tokens: withToken = 100 }: Size,
): Promise<SeededOrganisation> {
  const now = new Date();
  const workspaceId = newId('ws');
  await db
    .insertInto('workspaces')
    .values({ id: workspaceId, name: 'Bench', fallback_policy_id: null, created_at: now, updated_at: now })
    .execute();
  const memberIds = Array.from({ length: members }, () => newId('mem'));
  const people = memberIds.map((id, index) => ({
    id,
    workspace_id: workspaceId,
    email: `person-${index}@example.com`,
    name: `Person ${index}`,
    status: 'active' as const,
    password_hash: null,
    created_at: now,
    last_active_at: null,
  }));
  await inChunks(people, (part) => db.insertInto('members').values(part).execute());
  const groupIds = Array.from({ length: groups }, () => newId('grp'));
  await inChunks(
    groupIds.map((id, index) => ({ id, workspace_id: workspaceId, name: `Group ${index}`, created_at: now })),
    (part) => db.insertInto('groups').values(part).execute(),
  );
  const memberships = memberIds.flatMap((memberId, index) =>
    [index, index * 7 + 3].slice(0, groups > 1 ? 2 : groups).map((seed) => ({
      workspace_id: workspaceId,
      group_id: groupIds[seed % groups] ?? '',
      member_id: memberId,
      added_at: now,
    })),
  );
  await inChunks(memberships, (part) =>
    db
      .insertInto('group_members')
      .values(part)
      .onConflict((conflict) => conflict.doNothing())
      .execute(),
  );
  const policyIds = Array.from({ length: policies }, () => newId('pol'));
  const documents = policyIds.map((id, index) => ({
    id,
    workspace_id: workspaceId,
    number: index + 1,
    name: `Policy ${index}`,
    contents: `${contents}# ${index}\n`,
    revision: 1,
    created_at: now,
    updated_at: now,
    updated_by: null,
  }));
  await inChunks(documents, (part) => db.insertInto('policies').values(part).execute());
  const assignments = groupIds.slice(0, policies).map((groupId, position) => ({
    workspace_id: workspaceId,
    position,
    group_id: groupId,
    policy_id: policyIds[position] ?? '',
  }));
  await inChunks(assignments, (part) => db.insertInto('policy_assignments').values(part).execute());
  await db
    .updateTable('workspaces')
    .set({ fallback_policy_id: policyIds.at(-1) ?? null })
    .where('id', '=', workspaceId)
    .execute();
  const tokens = memberIds.slice(0, withToken).map((memberId) => ({ memberId, ...mintToken('at-') }));
  const rows = tokens.map(({ memberId, token, hash }) => ({
    id: newId('tok'),
    workspace_id: workspaceId,
    member_id: memberId,
    kind: 'personal-access-token' as const,
    name: 'bench',
    hint: token.slice(0, 6),
    token_hash: hash,
    created_at: now,
    expires_at: null,
    last_used_at: now,
    revoked_at: null,
  }));
  await inChunks(rows, (part) => db.insertInto('access_tokens').values(part).execute());
  await sql`analyze`.execute(db);
  if (upstreamUrl !== '') await allowModel({ db }, { workspaceId, upstreamUrl, now });
  return { workspaceId, policyIds, tokens: tokens.map(({ token }) => token) };
}

async function allowModel(
  { db }: Pick<Services, 'db'>,
  { workspaceId, upstreamUrl, now }: { workspaceId: string; upstreamUrl: string; now: Date },
): Promise<void> {
  await db
    .insertInto('model_upstreams')
    .values({ workspace_id: workspaceId, base_url: upstreamUrl, updated_at: now })
    .execute();
  const model = {
    slug: 'corp-model',
    display_name: 'corp-model',
    upstream_model: null,
    context_window_tokens: 200_000,
    reasoning_efforts: JSON.stringify(['low']),
  };
  await db
    .insertInto('models')
    .values({ workspace_id: workspaceId, ...model, is_default: true, created_at: now })
    .execute();
  await seedPrice({ db }, { workspaceId, model: model.slug, input: 1, cachedInput: 0.1, output: 10 });
}
