import { z } from 'zod';

export const policyTag = 'Policies';
export const At = z.iso.datetime();
export const PolicyId = z.object({ id: z.string() });

export const Position = z.object({ line: z.number().int(), column: z.number().int() }).describe('1-based.');

export const PolicyPart = z
  .enum(['contents', 'defaults'])
  .describe('`contents`: the enforced requirements.toml; `defaults`: the config.toml defaults.');

export const Diagnostic = z.object({
  severity: z.enum(['error', 'warning', 'info']),
  code: z.string(),
  message: z.string(),
  keyPath: z.string().nullable(),
  from: Position,
  to: Position,
  fix: z.object({ label: z.string(), contents: z.string().describe('The whole document after the fix.') }).nullable(),
});
export type Diagnostic = z.infer<typeof Diagnostic>;

/** What one generation of the client makes of a document. */
export const ClientRemark = z.object({
  version: z.string().describe('A tested client version.'),
  keyPath: z.string(),
  from: Position,
  effect: z
    .enum(['ignored', 'refused', 'replaced'])
    .describe(
      '`ignored`: does nothing there; `refused`: this client would not start with it, so Reeve leaves it out for it; `replaced`: Reeve delivers a stricter value it knows.',
    ),
  message: z.string(),
});
export type ClientRemark = z.infer<typeof ClientRemark>;

export const PolicyName = z.string().trim().min(1).max(120);
export const PolicyContents = z.string().max(65_536).describe('A requirements.toml document.');
export const PolicyDefaults = z
  .string()
  .max(65_536)
  .describe('A config.toml document: where clients start. Members can change everything in it.');

const TestedAs = z
  .string()
  .nullable()
  .describe('Id of a group: the test speaks of someone who is only in it. Null: of the document alone.');

export const CommandTest = z.object({
  kind: z.literal('command'),
  groupId: TestedAs,
  command: z.string().min(1).max(2000).describe('A command line as the model would run it.'),
  expect: z
    .enum(['prompt', 'forbidden', 'no-rule'])
    .describe('`prompt`: asks, whoever answers. `no-rule`: no rule speaks, so approval policy and sandbox decide.'),
});

export const SettingTest = z.object({
  kind: z.literal('setting'),
  groupId: TestedAs,
  key: z.string().min(1).max(200).describe('For example `allowed_web_search_modes`.'),
  expect: z.enum(['is', 'contains', 'lacks']),
  value: z.string().max(2000).describe('A TOML value, for example `"live"`, `true` or `["cached"]`.'),
});

/** What must stay true of a policy; run on every save, and red ones block publishing. */
export const PolicyTest = z.discriminatedUnion('kind', [CommandTest, SettingTest]);
export type PolicyTest = z.infer<typeof PolicyTest>;
export const PolicyTests = z.array(PolicyTest).max(200);

export const PolicyTestResult = z.object({
  test: PolicyTest,
  sentence: z.string().describe('The test in words.'),
  passed: z.boolean(),
  found: z.string().describe('What is so instead, or why it holds.'),
});
export type PolicyTestResult = z.infer<typeof PolicyTestResult>;

/** Everything that is versioned together. */
export const PolicyDocument = z.object({
  name: PolicyName,
  contents: PolicyContents,
  defaults: PolicyDefaults,
  tests: PolicyTests,
  contact: z
    .string()
    .trim()
    .max(500)
    .describe('Whom a blocked developer asks, and how: a name, an address, a channel or a link.'),
  explainsRules: z
    .boolean()
    .describe('Every justification ends with a short link that opens the rule, its reason, the owner and how to ask.'),
});
export type PolicyDocument = z.infer<typeof PolicyDocument>;

export const PolicyDraft = PolicyDocument.extend({
  version: z.number().int().describe('Grows by one with every save.'),
  basedOn: z.number().int().describe('The revision the draft started from; 0: none was published.'),
  updatedAt: At,
  updatedBy: z.string(),
});
export type PolicyDraft = z.infer<typeof PolicyDraft>;

export const PolicySummary = z.object({
  id: z.string(),
  name: PolicyName,
  number: z.number().int().describe('Counts up in the workspace; part of the short links in justifications.'),
  revision: z.number().int().describe('The published version; 0: none yet.'),
  hasDraft: z.boolean(),
  awaitsApproval: z.boolean(),
  isFallback: z.boolean(),
  isBaseline: z.boolean(),
  groups: z.array(z.object({ id: z.string(), name: z.string(), position: z.number().int() })),
  memberCount: z.number().int().describe('Active members whose first match this is.'),
  updatedAt: At.describe('Of the published version, or of the draft where there is none.'),
  updatedBy: z.string().nullable(),
});
export type PolicySummary = z.infer<typeof PolicySummary>;

export const PublicationRequest = z.object({
  id: z.string(),
  policyId: z.string(),
  policyName: z.string(),
  draftVersion: z.number().int(),
  message: z.string(),
  requestedAt: At,
  requestedBy: z.string(),
  authors: z.array(z.string()).describe('Who wrote the draft: none of them may approve it.'),
  mayDecide: z.boolean().describe('Whether whoever asks may approve or decline it.'),
});
export type PublicationRequest = z.infer<typeof PublicationRequest>;

export const Policy = PolicySummary.extend({
  published: PolicyDocument.nullable(),
  draft: PolicyDraft.nullable(),
  request: PublicationRequest.nullable().describe('The draft as it waits for a second person.'),
  diagnostics: z.array(Diagnostic).describe('Of the published document, or of the draft where there is none.'),
});
export type Policy = z.infer<typeof Policy>;

export const PublicationMessage = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .describe('Why: kept with the version and in the audit log.');

/** Who gets something else, counted. Null names: no policy. */
export const PolicyImpact = z.object({
  unchanged: z.number().int().describe('Active members who keep what they have.'),
  changed: z.array(
    z.object({
      from: z.string().nullable(),
      to: z.string().nullable(),
      members: z.number().int(),
      kind: z.enum(['gains', 'loses', 'changes', 'new-version']),
    }),
  ),
  byGroup: z
    .array(z.object({ groupId: z.string(), groupName: z.string(), members: z.number().int() }))
    .describe('Changed members by the group that decides for them, the largest first, at most 100.'),
  elsewhere: z.number().int().describe('Changed members whom the fallback or nothing decides for.'),
});
export type PolicyImpact = z.infer<typeof PolicyImpact>;

export const PolicyVersion = z.object({
  revision: z.number().int(),
  name: PolicyName,
  message: z.string(),
  publishedAt: At,
  publishedBy: z.string().nullable(),
  approvedBy: z.string().nullable(),
  restoredFrom: z.number().int().nullable().describe('The revision this one brought back.'),
});
export type PolicyVersion = z.infer<typeof PolicyVersion>;
