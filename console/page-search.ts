import { z } from 'zod';
import { rangePresetNames } from '#console/ui/range/day-range.ts';
import { EventFilter } from '#contract/activity-list.ts';
import { MemberSort } from '#contract/analytics.ts';
import { auditEventNames } from '#contract/audit-events.ts';
import { codexSurfaces } from '#contract/codex-surfaces.ts';
import { complianceLogTypeNames } from '#contract/compliance.ts';
import { MemberSource, MemberStatus } from '#contract/directory.ts';
import { Outcome } from '#contract/models.ts';
import { ProofVerdict } from '#contract/proofs.ts';
import { TaskStatus } from '#contract/tasks.ts';

/** What each page keeps in the address. A part that makes no sense is dropped, so that old links still open. */
const text = z.coerce.string().optional().catch(undefined);

export const SignInSearch = z.object({ next: text });
export const EnrolSearch = z.object({ next: text });
export const ConnectionSearch = z.object({
  tab: z.enum(['set-up', 'people', 'details']).optional().catch(undefined),
  provider: z.enum(['okta', 'entra', 'google', 'keycloak', 'other']).optional().catch(undefined),
  tested: z.literal(1).optional().catch(undefined),
});
export const ProvisioningSearch = z.object({
  provider: z.enum(['okta', 'entra', 'other']).optional().catch(undefined),
});
export const DeviceSearch = z.object({ user_code: text });
export const MembersSearch = z.object({
  search: text,
  status: MemberStatus.optional().catch(undefined),
  source: MemberSource.optional().catch(undefined),
  groupId: text,
  grouped: z.enum(['yes', 'no']).optional().catch(undefined),
  roleId: text,
  sort: z.enum(['name', 'email', 'createdAt', 'lastActiveAt']).optional().catch(undefined),
  direction: z.enum(['asc', 'desc']).optional().catch(undefined),
  cursor: text,
});
export const GroupsSearch = z.object({
  search: text,
  member: text,
  source: z.enum(['manual', 'scim']).optional().catch(undefined),
  cursor: text,
});
export const RoleSearch = z.object({ search: text, cursor: text });
const page = z.coerce.number().int().min(1).optional().catch(undefined);
export const PoliciesSearch = z.object({
  search: text,
  show: z.enum(['assigned', 'unassigned', 'draft', 'awaits-approval']).optional().catch(undefined),
  page,
});
export const PolicyOrderSearch = z.object({ search: text, page });
export const LookUpSearch = z.object({
  tab: z.enum(['member', 'group', 'message']).optional().catch(undefined),
  email: text,
  groupId: text,
  /** A client's error message, as long as an address can hold it. */
  message: text,
  joins: text,
  leaves: text,
  publishes: text,
  client: text,
});
export const DeliverySearch = z.object({
  search: text,
  policyId: text,
  state: z.enum(['current', 'behind']).optional().catch(undefined),
  clientVersion: text,
  cursor: text,
});
export const PolicyStatesSearch = z.object({ cursor: text });
export const NewPolicySearch = z.object({ template: text });
export const PolicySearch = z.object({
  tab: z.enum(['document', 'defaults', 'tests', 'versions', 'settings']).optional().catch(undefined),
  view: z.enum(['form', 'toml']).optional().catch(undefined),
  keys: text,
  show: z.enum(['set', 'all']).optional().catch(undefined),
  before: z.coerce.number().int().optional().catch(undefined),
  after: z
    .union([z.literal('draft'), z.coerce.number().int()])
    .optional()
    .catch(undefined),
  diff: z.literal('unified').optional().catch(undefined),
  review: z.literal(1).optional().catch(undefined),
  cursor: text,
});
export const ConnectSearch = z.object({
  for: z.enum(['person', 'ci', 'fleet', 'proxy']).optional().catch(undefined),
  system: z.enum(['linux', 'macos', 'windows']).optional().catch(undefined),
});
export const ThreadSearch = z.object({ cursor: text, item: text });
export const ActivitySearch = z.object({
  tab: z.enum(['calls', 'events']).optional().catch(undefined),
  outcome: Outcome.optional().catch(undefined),
  kind: EventFilter.shape.kind.catch(undefined),
  source: EventFilter.shape.source.catch(undefined),
  surface: EventFilter.shape.surface.catch(undefined),
  tool: text,
  decision: text,
  rule: text,
  threadId: text,
  from: EventFilter.shape.from.catch(undefined),
  to: EventFilter.shape.to.catch(undefined),
  item: text,
  memberId: text,
  model: text,
  search: text,
  call: text,
  cursor: text,
});
const day = z.iso.date().optional().catch(undefined);
export const AnalyticsSearch = z.object({
  range: z.enum(rangePresetNames).optional().catch(undefined),
  from: day,
  to: day,
  interval: z.enum(['day', 'week']).optional().catch(undefined),
  surface: z.enum(codexSurfaces).optional().catch(undefined),
  groupId: text,
  memberId: text,
  model: text,
  /** What the panels of cost are measured in. */
  measure: z.enum(['costUsd', 'credits', 'totalTokens']).optional().catch(undefined),
  /** Panels that are shown as tables, with dots between. */
  tables: text,
  search: text,
  sort: MemberSort.optional().catch(undefined),
  direction: z.enum(['asc', 'desc']).optional().catch(undefined),
  page,
});
/** `prices`: whose prices are open beside the page; `rate`: what a US dollar is in credits. */
export const ModelsSearch = z.object({ prices: text, rate: z.literal(1).optional().catch(undefined) });
export const AuditSearch = z.object({
  event: z
    .union([z.enum(auditEventNames), z.array(z.enum(auditEventNames))])
    .optional()
    .catch(undefined),
  actorId: text,
  actorKind: z.enum(['member', 'key', 'client', 'system', 'anonymous']).optional().catch(undefined),
  subjectId: text,
  subjectKind: text,
  ip: text,
  search: text,
  from: text,
  to: text,
  entry: text,
  cursor: text,
});
export const KeysSearch = z.object({
  tab: z.enum(['keys', 'tokens']).optional().catch(undefined),
  show: z.enum(['live', 'all']).optional().catch(undefined),
  key: text,
  search: text,
  cursor: text,
});
export const ComplianceSearch = z.object({
  tab: z.enum(['files', 'destinations', 'retention', 'holds', 'erasures', 'exports']).optional().catch(undefined),
  type: z.enum(complianceLogTypeNames).optional().catch(undefined),
  cursor: text,
});
export const AccountSearch = z.object({
  tab: z.enum(['sessions', 'security', 'tokens', 'password']).optional().catch(undefined),
});
export const TeamConfigSearch = z.object({ search: text });
export const NewBundleSearch = z.object({ starter: text });
export const TeamConfigUsagesSearch = z.object({
  bundle: text,
  state: z.enum(['current', 'behind', 'modified']).optional().catch(undefined),
  search: text,
  cursor: text,
});
export const BundleSearch = z.object({
  tab: z.enum(['files', 'skills', 'groups', 'repositories', 'versions']).optional().catch(undefined),
  file: text,
  view: z.literal('changes').optional().catch(undefined),
  /** Whose rules the files are checked under: `policy:ID` or `group:ID`. */
  under: text,
  version: z.coerce.number().int().optional().catch(undefined),
  against: z
    .union([z.literal('draft'), z.coerce.number().int()])
    .optional()
    .catch(undefined),
  state: z.enum(['current', 'behind', 'modified']).optional().catch(undefined),
  search: text,
  review: z.literal(1).optional().catch(undefined),
  /** The repository that it is brought to; empty: not chosen yet. */
  bring: z.string().max(100).optional().catch(undefined),
  cursor: text,
});
export const VerifySearch = z.object({ area: text, show: z.enum(['open', 'all']).optional().catch(undefined) });
export const ProofsSearch = z.object({
  tab: z.enum(['matrix', 'runs', 'alerts']).optional().catch(undefined),
  show: z.enum(['open', 'all']).optional().catch(undefined),
  cursor: text,
});
export const ProofRunSearch = z.object({});
export const ProofCellSearch = z.object({
  verdict: ProofVerdict.optional().catch(undefined),
  /** Whose evidence is folded open. */
  attempt: text,
});
export const CertificateSearch = z.object({});
export const EstateSearch = z.object({
  search: text,
  version: text,
  surface: text,
  only: z.enum(['below-minimum', 'old-policy', 'silent']).optional().catch(undefined),
  cursor: text,
});
export const TasksSearch = z.object({
  show: z.enum(['current', 'archived', 'all']).optional().catch(undefined),
  status: TaskStatus.optional().catch(undefined),
  environment: text,
  search: text,
  cursor: text,
});
export const NewTaskSearch = z.object({ environment: text });
export const TaskSearch = z.object({
  attempt: text,
  view: z.enum(['log', 'changes', 'internet']).optional().catch(undefined),
  file: text,
});
export const EnvironmentsSearch = z.object({ search: text });
export const EnvironmentSearch = z.object({
  tab: z.enum(['set-up', 'secrets', 'internet', 'machine', 'sharing', 'try']).optional().catch(undefined),
  try: text,
});
export const GitSearch = z.object({
  tab: z.enum(['connections', 'repositories', 'tokens', 'deliveries']).optional().catch(undefined),
  search: text,
  connection: text,
  /** Of deliveries. */
  show: z.literal('failed').optional().catch(undefined),
  /** GitHub appends it where somebody installed the app. */
  setup_action: text,
});
/** What a git server appends to the address it sends the browser back to. */
export const GitAnswerSearch = z.object({ code: text, state: text, error: text });
export const RunnersSearch = z.object({});
