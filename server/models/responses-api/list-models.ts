import { createHash } from 'node:crypto';
import { clientOf, type WireCall } from '#server/http/wire-routes.ts';
import { listModels, type ModelRow } from '#server/models/queries.ts';
import type { Services } from '#server/services.ts';
import { baseInstructions } from './base-instructions.ts';

/** Measured by the client in its own way; a command's output beyond it is cut. */
const toolOutputTokens = 10_000;

const preferred = (efforts: readonly string[]) => (efforts.includes('medium') ? 'medium' : efforts[0]);

/** The entry a Codex client needs to use a model without complaint. */
const codexEntry = (model: ModelRow, index: number) => ({
  slug: model.slug,
  display_name: model.display_name,
  description: null,
  default_reasoning_level: preferred(model.reasoning_efforts),
  supported_reasoning_levels: model.reasoning_efforts.map((effort) => ({ effort, description: effort })),
  shell_type: 'unified_exec',
  visibility: 'list',
  supported_in_api: true,
  // The lowest is what a new thread starts with.
  priority: index + 1,
  availability_nux: null,
  upgrade: null,
  base_instructions: baseInstructions,
  supports_reasoning_summaries: true,
  support_verbosity: false,
  default_verbosity: null,
  apply_patch_tool_type: 'freeform',
  truncation_policy: { mode: 'tokens', limit: toolOutputTokens },
  supports_parallel_tool_calls: false,
  context_window: model.context_window_tokens,
  experimental_supported_tools: [],
});

const apiEntry = ({ slug, created_at }: ModelRow) => ({
  id: slug,
  object: 'model',
  created: Math.floor(created_at.getTime() / 1000),
  owned_by: 'workspace',
});

/** `GET …/models`: for Codex in its own form, beside it in the API's. */
export async function handleModels({ db }: Pick<Services, 'db'>, call: WireCall): Promise<Response> {
  const rows = await listModels(db, clientOf(call).workspaceId);
  const body = JSON.stringify({ models: rows.map(codexEntry), object: 'list', data: rows.map(apiEntry) });
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headers = { etag, 'cache-control': 'private, no-cache', 'content-type': 'application/json' };
  const known = (call.c.req.header('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return new Response(null, { status: 304, headers });
  return new Response(body, { headers });
}
