import type { z } from 'zod';
import type { policyLookUp } from '#contract/policy-delivery.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { testedClientFor } from './client-version.ts';
import { type FoundPolicy, findPolicy, type PolicyFinding } from './find-policy.ts';
import {
  listDraftsOf,
  listGroupIdsOfMember,
  listGroupNames,
  listPublished,
  type PublishedPolicy,
  type ResolutionState,
  readMemberByEmail,
  readResolutionState,
} from './look-up-queries.ts';
import { readReceipts } from './read-receipts.ts';
import { listClientsOfMember } from './receipt-queries.ts';

type Subject = z.output<NonNullable<(typeof policyLookUp.find)['~orpc']['inputSchema']>>;
type LookUp = z.input<NonNullable<(typeof policyLookUp.find)['~orpc']['outputSchema']>>;

const receiptsShown = 50;

interface Who {
  subject: string;
  memberId: string | null;
  /** Begins a sentence. */
  who: string;
  groupIds: string[];
  /** Why what applies reaches nobody at the moment; empty where it does. */
  remark: string;
}

const remarks = {
  active: '',
  invited: ' They have not accepted their invitation, so no client of theirs gets it yet.',
  suspended: ' They are suspended: no client of theirs gets anything until a workspace owner ends that.',
  deprovisioned:
    ' They are deprovisioned: no client of theirs gets anything until the identity provider brings them back.',
} as const;

const applicable = ({ order, fallbackPolicyId, baselinePolicyId }: ResolutionState): string[] =>
  [...new Set([...order.map(({ policyId }) => policyId), fallbackPolicyId, baselinePolicyId])].filter(
    (id) => id !== null,
  );

const byId = (policies: readonly PublishedPolicy[]) => new Map(policies.map((policy) => [policy.id, policy]));

/** The policy of a member and why, for their page. */
export async function findPolicyOfMember(
  db: Database,
  { workspaceId, memberId, name }: { workspaceId: string; memberId: string; name: string },
): Promise<PolicyFinding> {
  const state = await readResolutionState(db, workspaceId);
  const published = byId(await listPublished(db, workspaceId, applicable(state)));
  const groupIds = new Set(await listGroupIdsOfMember(db, workspaceId, memberId));
  return findPolicy(state, published, { groupIds, who: name }).finding;
}

async function readWho(db: Database, workspaceId: string, { email, groupId }: Subject): Promise<Who> {
  if (email !== undefined) {
    const member = await readMemberByEmail(db, workspaceId, email);
    if (!member) throw new ReeveError('not-found', { email });
    return {
      subject: `${member.name} <${member.email}>`,
      memberId: member.id,
      who: member.name,
      groupIds: await listGroupIdsOfMember(db, workspaceId, member.id),
      remark: remarks[member.status],
    };
  }
  const [group] = await listGroupNames(db, workspaceId, [groupId ?? '']);
  if (!group) throw new ReeveError('not-found', { groupId });
  const who = `Someone who is only in “${group.name}”`;
  return { subject: group.name, memberId: null, who, groupIds: [group.id], remark: '' };
}

const idsIn = (list: string | undefined): string[] =>
  [...new Set(list?.split(',').map((id) => id.trim()) ?? [])].filter(Boolean);

interface Supposed {
  joins: string[];
  leaves: string[];
  /** The drafts as if they were published. */
  drafts: PublishedPolicy[];
}

async function readSupposed(db: Database, workspaceId: string, subject: Subject): Promise<Supposed | null> {
  const [joins, leaves, publishes] = [subject.joins, subject.leaves, subject.publishes].map(idsIn) as [
    string[],
    string[],
    string[],
  ];
  if (joins.length + leaves.length + publishes.length === 0) return null;
  const groups = new Set((await listGroupNames(db, workspaceId, [...joins, ...leaves])).map(({ id }) => id));
  const unknown = [...joins, ...leaves].find((id) => !groups.has(id));
  if (unknown !== undefined) throw new ReeveError('not-found', { groupId: unknown });
  const drafts = await listDraftsOf(db, workspaceId, publishes);
  const missing = publishes.find((id) => !drafts.some((draft) => draft.id === id));
  if (missing !== undefined) throw new ReeveError('policy-draft-missing', { policyId: missing });
  return { joins, leaves, drafts };
}

/** All that somebody gets, for a comparison: the document alone where there is nothing else. */
function contentsOf({ policy, baseline }: FoundPolicy): string | null {
  const parts = [policy, baseline].flatMap((each) =>
    each
      ? [
          { title: `requirements.toml of “${each.name}”`, text: each.contents },
          { title: `config.toml defaults of “${each.name}”`, text: each.defaults },
        ]
      : [],
  );
  const written = parts.filter(({ text }, index) => index === 0 || text.trim() !== '');
  if (written.length <= 1) return written[0]?.text ?? null;
  return written.map(({ title, text }) => `# ${title}\n${text.replace(/\n*$/, '\n')}`).join('\n');
}

const keysOf = ({ policy, baseline }: FoundPolicy): string =>
  JSON.stringify([policy, baseline].map((each) => each && [each.id, each.revision]));

/** By e-mail or by group, one of the two. @throws ReeveError not-found, bad-input, policy-draft-missing */
export async function lookUpPolicy(db: Database, workspaceId: string, subject: Subject): Promise<LookUp> {
  if ((subject.email === undefined) === (subject.groupId === undefined))
    throw new ReeveError('bad-input', { issue: 'give either email or groupId' });
  const { subject: title, memberId, who, groupIds, remark } = await readWho(db, workspaceId, subject);
  const supposed = await readSupposed(db, workspaceId, subject);
  const state = await readResolutionState(db, workspaceId);
  const published = byId(await listPublished(db, workspaceId, applicable(state)));
  const now = findPolicy(state, published, { groupIds: new Set(groupIds), who });
  const withRemark = (finding: PolicyFinding) => ({ ...finding, because: finding.because + remark });
  let whatIf: LookUp['whatIf'] = null;
  if (supposed) {
    const then = findPolicy(state, new Map([...published, ...byId(supposed.drafts)]), {
      groupIds: new Set([...groupIds, ...supposed.joins].filter((id) => !supposed.leaves.includes(id))),
      who,
    });
    whatIf = {
      ...withRemark(then.finding),
      changes: keysOf(now) !== keysOf(then),
      contentsNow: contentsOf(now),
      contentsThen: contentsOf(then),
    };
  }
  const receipts = memberId
    ? (await readReceipts(db, workspaceId, { filter: { memberId }, after: null, limit: receiptsShown })).items
    : [];
  const clients = memberId ? await listClientsOfMember(db, workspaceId, memberId) : [];
  return {
    ...withRemark(now.finding),
    subject: title,
    memberId,
    whatIf,
    receipts,
    clients: clients.map(({ client, version, last_seen_at }) => ({
      client,
      version,
      generation: testedClientFor(version),
      lastSeenAt: last_seen_at.toISOString(),
    })),
  };
}
