import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import {
  ClientRemark,
  Diagnostic,
  Policy,
  PolicyDocument,
  PolicyId,
  PolicySummary,
  PolicyTestResult,
  PolicyTests,
  policyTag as tag,
} from './policy-documents.ts';

const changesNothing = { none: 'changes nothing' } as const;
const Written = z.string().max(1_000_000);

const JudgedDecision = z
  .enum(['prompt', 'prompt-user', 'forbidden'])
  .describe('`prompt-user`: asks the member, never an automatic reviewer.');

const DraftChange = PolicyDocument.partial().extend({
  expectedDraft: z
    .number()
    .int()
    .nullable()
    .describe('The draft version that was edited, null where there was none; another one answers `conflict`.'),
});

export const policyDocuments = {
  list: endpoint({
    method: 'GET',
    path: '/policies',
    summary: 'Policies',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(PolicySummary) })),
  templates: endpoint({
    method: 'GET',
    path: '/policies/templates',
    summary: 'Documents to start from',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  }).output(
    z.object({
      items: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          sentence: z.string(),
          contents: z.string(),
          defaults: z.string(),
        }),
      ),
    }),
  ),
  validate: endpoint({
    method: 'POST',
    path: '/policies/validation',
    summary: 'Check a document',
    tag,
    allow: 'policies.read',
    audit: changesNothing,
  })
    .input(z.object({ contents: Written, defaults: Written.default('') }))
    .output(
      z.object({
        diagnostics: z.array(Diagnostic),
        defaultsDiagnostics: z.array(Diagnostic),
        clients: z.array(ClientRemark),
        values: z.record(z.string(), z.unknown()).nullable().describe('The requirements read; null: unreadable.'),
        defaultsValues: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
  edit: endpoint({
    method: 'POST',
    path: '/policies/edits',
    summary: 'Set or remove keys in a document; every other byte stays',
    tag,
    allow: 'policies.read',
    audit: changesNothing,
  })
    .input(
      z.object({
        contents: Written,
        edits: z
          .array(
            z.object({
              path: z.array(z.string().max(500)).min(1).max(12).describe('Key by key; an index into a list as text.'),
              value: z.json().optional().describe('Left out: the key goes, with the comment behind it.'),
            }),
          )
          .max(200),
      }),
    )
    .output(z.object({ contents: z.string() })),
  readImport: endpoint({
    method: 'POST',
    path: '/policies/imports',
    summary: 'Read an existing file into requirements and defaults',
    tag,
    allow: 'policies.read',
    audit: changesNothing,
  })
    .input(z.object({ text: Written, fileName: z.string().max(255).default('') }))
    .output(z.object({ contents: z.string(), defaults: z.string(), notes: z.array(z.string()) })),
  judge: endpoint({
    method: 'POST',
    path: '/policies/commands',
    summary: 'What the rules of a document say about a command line',
    tag,
    allow: 'policies.read',
    audit: changesNothing,
  })
    .input(z.object({ contents: Written, command: z.string().min(1).max(10_000) }))
    .output(
      z.object({
        decision: JudgedDecision.nullable().describe('Null: no rule speaks.'),
        parts: z.array(
          z.object({
            words: z.array(z.string()),
            decision: JudgedDecision.nullable(),
            rule: z.number().int().nullable().describe('Index into `rules.prefix_rules`.'),
            matchedPrefix: z.array(z.string()),
            justification: z.string().nullable(),
          }),
        ),
        note: z.string().nullable().describe('How the client reads the line, or how a rule is walked around.'),
      }),
    ),
  runTests: endpoint({
    method: 'POST',
    path: '/policies/tests',
    summary: 'Run policy tests against a document',
    tag,
    allow: 'policies.read',
    audit: changesNothing,
  })
    .input(
      z.object({
        policyId: z.string().nullable().describe('Whose assignments count for tests of groups; null: a new policy.'),
        contents: Written,
        tests: PolicyTests,
      }),
    )
    .output(z.object({ results: z.array(PolicyTestResult) })),
  get: endpoint({
    method: 'GET',
    path: '/policies/{id}',
    summary: 'One policy',
    tag,
    allow: 'policies.read',
    audit: readsOnly,
  })
    .input(PolicyId)
    .output(Policy),
  create: endpoint({
    method: 'POST',
    path: '/policies',
    summary: 'Write a policy, as a draft that nobody gets',
    tag,
    allow: 'policies.write',
    audit: 'policy.created',
    stepUp: false,
  })
    .input(PolicyDocument.partial({ defaults: true, tests: true, contact: true, explainsRules: true }))
    .output(Policy),
  saveDraft: endpoint({
    method: 'PUT',
    path: '/policies/{id}/draft',
    summary: 'Save a draft; it changes nobody',
    tag,
    allow: 'policies.write',
    audit: 'policy.draft-saved',
    stepUp: false,
  })
    .input(PolicyId.extend(DraftChange.shape))
    .output(Policy),
  discardDraft: endpoint({
    method: 'DELETE',
    path: '/policies/{id}/draft',
    summary: 'Throw a draft away',
    tag,
    allow: 'policies.write',
    audit: 'policy.draft-discarded',
    stepUp: false,
  })
    .input(PolicyId)
    .output(z.object({})),
  remove: endpoint({
    method: 'DELETE',
    path: '/policies/{id}',
    summary: 'Delete a policy that is not in use',
    tag,
    allow: 'policies.write',
    audit: 'policy.deleted',
  })
    .input(PolicyId)
    .output(z.object({})),
};
