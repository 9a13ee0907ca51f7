import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { functionCall, type Step } from './model-steps.ts';

const InputItem = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.unknown().optional(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
});
export type InputItem = z.infer<typeof InputItem>;

/** The part of a Responses request that tests look at; the rest is kept as it came. */
export const ResponsesRequest = z.looseObject({
  model: z.string().default(''),
  stream: z.boolean().optional(),
  client_metadata: z.record(z.string(), z.unknown()).optional(),
  input: z.union([z.string(), z.array(InputItem)]).default([]),
});
export type ResponsesRequest = z.infer<typeof ResponsesRequest>;

/** Chooses the answer to a request. `ordinal` counts the model requests of the server, from 0. */
export type Script = (request: ResponsesRequest, ordinal: number) => Step;

function inputItems({ input }: ResponsesRequest): InputItem[] {
  return typeof input === 'string' ? [{ type: 'message', role: 'user', content: input }] : input;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = z.array(z.looseObject({ text: z.string().optional() })).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text ?? '').join('') : '';
}

// The client adds its own context as user messages that open with a tag.
function isPrompt({ type, role, content }: InputItem): boolean {
  return type === 'message' && role === 'user' && !/^\s*<[a-z_]+>|^# AGENTS\.md/.test(textOf(content));
}

/** The outputs of the tool calls made since the person's last prompt, oldest first. */
export function toolOutputs(request: ResponsesRequest): string[] {
  const items = inputItems(request);
  const sincePrompt = items.slice(items.findLastIndex(isPrompt) + 1);
  return sincePrompt
    .filter(({ type }) => type?.endsWith('_call_output'))
    .map(({ output }) => (typeof output === 'string' ? output : textOf(output) || JSON.stringify(output)));
}

/** The person's prompts in a request, without the context that the client adds. */
export function prompts(request: ResponsesRequest): string[] {
  return inputItems(request)
    .filter(isPrompt)
    .map(({ content }) => textOf(content));
}

const TURN_METADATA = 'x-codex-turn-metadata';

/** True for requests that no person's prompt caused, such as the TUI's for the title of a thread (since 0.163). */
export function isBackground({ headers, body }: { headers: IncomingHttpHeaders; body: ResponsesRequest }): boolean {
  const metadata = body.client_metadata?.[TURN_METADATA] ?? headers[TURN_METADATA];
  return typeof metadata === 'string' && metadata.includes('"thread_source":"thread_title"');
}

function stepAt(steps: readonly Step[], position: number): Step {
  const step = steps[Math.min(position, steps.length - 1)];
  if (step === undefined) throw new Error('a script needs at least one step');
  return step;
}

/** What the client says of a command that takes longer than it waits, ten seconds by itself. */
const stillRuns = /^Process running with session ID (\d+)$/m;

/** Of `toolOutputs` those of commands that have ended. */
export const endedOutputs = (request: ResponsesRequest): string[] =>
  toolOutputs(request).filter((output) => !stillRuns.test(output));

/**
 * One step per request of a turn, chosen by the tool outputs the request already carries: retries get the same step
 * again and any number of clients may play the script at once. The last step repeats. A command that still runs is waited for.
 */
export function eachTurn(...steps: Step[]): Script {
  return (request) => {
    const [, session] = stillRuns.exec(toolOutputs(request).at(-1) ?? '') ?? [];
    if (session) return functionCall('write_stdin', { session_id: Number(session), chars: '', yield_time_ms: 30_000 });
    return stepAt(steps, endedOutputs(request).length);
  };
}

/** One step per request in the order they arrive, retries included, e.g. first 429 and then an answer. The last repeats. */
export function inOrder(...steps: Step[]): Script {
  let position = 0;
  return () => stepAt(steps, position++);
}
