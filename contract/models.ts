import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { pageInput, pageOf } from './paging.ts';

const tag = 'Models and activity';
const At = z.iso.datetime();

export const UpstreamUrl = z
  .url({ protocol: /^https?$/ })
  .max(2000)
  .describe('Base of a Responses API, for example https://api.openai.com/v1; `/responses` is appended.');
export const ModelSlug = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:/-]{0,119}$/, 'letters, digits and . _ : / - only');
export const PerMillion = z.number().min(0).max(100_000).describe('For a million tokens.');
const UsdPerMillion = PerMillion.describe('US dollars for a million tokens.');

export const Upstream = z.object({
  baseUrl: z.string().nullable(),
  hasApiKey: z.boolean(),
  apiKeyHint: z.string().nullable(),
  updatedAt: At.nullable(),
});
export type Upstream = z.infer<typeof Upstream>;

export const ModelFacts = z.strictObject({
  slug: ModelSlug,
  displayName: z.string().trim().min(1).max(120),
  upstreamModel: z.string().max(120).nullable().describe('Name at the upstream, when it differs.'),
  contextWindowTokens: z.number().int().min(1024).max(10_000_000),
  reasoningEfforts: z.array(z.enum(['minimal', 'low', 'medium', 'high', 'xhigh'])).min(1),
  isDefault: z.boolean(),
});
export type ModelFacts = z.infer<typeof ModelFacts>;
/** Prices have a history of their own: they are given once here and changed under `/model-prices`. */
export const ModelInput = z.strictObject({
  ...ModelFacts.shape,
  inputUsdPerMillion: UsdPerMillion.nullable(),
  cachedInputUsdPerMillion: UsdPerMillion.nullable(),
  outputUsdPerMillion: UsdPerMillion.nullable(),
});
export type ModelInput = z.infer<typeof ModelInput>;
export const Model = z.object({
  ...ModelInput.shape,
  inputUsdPerMillion: UsdPerMillion.nullable().describe('The price in force now.'),
  creditsPerMillion: z
    .object({ input: z.number(), cachedInput: z.number().nullable(), output: z.number() })
    .nullable()
    .describe('The price in credits in force now. Null: credits follow from the cost in US dollars.'),
  createdAt: At,
});
export type Model = z.infer<typeof Model>;

export const TestResult = z.object({
  ok: z.boolean(),
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string(), durationMs: z.number().int() })),
});

export const Outcome = z.enum(['running', 'completed', 'refused', 'failed', 'cancelled']);
export const ModelCall = z.object({
  id: z.string(),
  startedAt: At,
  outcome: Outcome,
  refusalCode: z.string().nullable(),
  message: z.string().nullable().describe('Why it was refused or failed.'),
  member: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  client: z.string().nullable(),
  clientVersion: z.string().nullable(),
  credential: z.enum(['codex-sign-in', 'personal-access-token', 'api-key', 'hosted-task', 'none']),
  model: z.string().nullable(),
  threadId: z.string().nullable(),
  turnId: z.string().nullable(),
  policyName: z.string().nullable(),
  sandboxMode: z.string().nullable().describe('As the client reports it.'),
  inputTokens: z.number().int().nullable(),
  cachedInputTokens: z.number().int().nullable(),
  outputTokens: z.number().int().nullable(),
  reasoningTokens: z.number().int().nullable(),
  costUsd: z.number().nullable().describe('Null when the model had no price when the call started.'),
  credits: z.number().nullable().describe('Null when there was neither a price in credits nor a rate.'),
  durationMs: z.number().int().nullable(),
  timeToFirstTokenMs: z.number().int().nullable(),
  ip: z.string().nullable(),
});
export type ModelCall = z.infer<typeof ModelCall>;

export const models = {
  upstream: endpoint({
    method: 'GET',
    path: '/models/upstream',
    summary: 'Where model calls go',
    tag,
    allow: 'models.read',
    audit: readsOnly,
  }).output(Upstream),
  setUpstream: endpoint({
    method: 'PUT',
    path: '/models/upstream',
    summary: 'Set where model calls go',
    tag,
    allow: 'models.write',
    audit: 'models.upstream-updated',
  })
    .input(
      z.object({
        baseUrl: UpstreamUrl,
        apiKey: z.string().max(4000).nullable().optional().describe('Left out: the stored key stays. Null: no key.'),
      }),
    )
    .output(Upstream),
  testUpstream: endpoint({
    method: 'POST',
    path: '/models/upstream/test',
    summary: 'Call the upstream once',
    tag,
    allow: 'models.write',
    audit: 'models.upstream-tested',
  })
    .input(
      z.object({
        baseUrl: UpstreamUrl.optional(),
        apiKey: z.string().max(4000).optional(),
        model: ModelSlug.optional(),
      }),
    )
    .output(TestResult),
  list: endpoint({
    method: 'GET',
    path: '/models',
    summary: 'Allowed models',
    tag,
    allow: 'models.read',
    audit: readsOnly,
  }).output(z.object({ items: z.array(Model) })),
  create: endpoint({
    method: 'POST',
    path: '/models',
    summary: 'Allow a model',
    tag,
    allow: 'models.write',
    audit: 'model.created',
  })
    .input(ModelInput)
    .output(Model),
  update: endpoint({
    method: 'PUT',
    path: '/models/{+slug}',
    summary: 'Change a model',
    tag,
    allow: 'models.write',
    audit: 'model.updated',
  })
    .input(ModelFacts)
    .output(Model),
  remove: endpoint({
    method: 'DELETE',
    path: '/models/{+slug}',
    summary: 'Take a model away',
    tag,
    allow: 'models.write',
    audit: 'model.deleted',
  })
    .input(z.object({ slug: ModelSlug }))
    .output(z.object({})),
};

/** What was said in a call, where the workspace keeps that, for whoever may read compliance logs. */
export const CallContent = z.object({
  content: z
    .object({
      prompt: z.string().nullable().describe('The new message of the person.'),
      answer: z.string().nullable(),
      tools: z.array(z.object({ name: z.string(), arguments: z.string() })),
    })
    .nullable(),
  whyNoContent: z.enum(['not-kept', 'not-permitted']).nullable(),
});
export type CallContent = z.infer<typeof CallContent>;

export const activity = {
  list: endpoint({
    method: 'GET',
    path: '/activity',
    summary: 'Model calls and refusals, newest first',
    tag,
    allow: 'activity.read',
    audit: readsOnly,
  })
    .input(
      z.object({
        ...pageInput,
        outcome: Outcome.optional(),
        memberId: z.string().optional(),
        model: z.string().max(120).optional(),
        search: z.string().max(200).optional().describe('Part of a member’s name or e-mail, a thread or a turn.'),
      }),
    )
    .output(pageOf(ModelCall)),
  get: endpoint({
    method: 'GET',
    path: '/activity/{id}',
    summary: 'One model call',
    tag,
    allow: 'activity.read',
    audit: readsOnly,
  })
    .input(z.object({ id: z.string() }))
    .output(ModelCall.extend(CallContent.shape)),
};
