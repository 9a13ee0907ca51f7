import { randomBytes } from 'node:crypto';
import type { Gate } from '#testing/gate.ts';

export interface TokenUsage {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
}

export const DEFAULT_USAGE: TokenUsage = {
  inputTokens: 120,
  cachedInputTokens: 20,
  outputTokens: 30,
  reasoningTokens: 5,
};

/** One server-sent event of a Responses stream; the event name is its `type`. */
export interface StreamEvent {
  type: string;
  [field: string]: unknown;
}

export type StreamAction =
  | { send: StreamEvent }
  /** Stops here until the test opens the gate; what was sent before is on its way. */
  | { wait: Gate }
  /** Sends this event again and again until the client goes away. */
  | { forever: StreamEvent }
  /** Cuts the connection, as a crashed server does. */
  | { destroy: true };

/** What the server answers to one model request. */
export type Step =
  | { kind: 'stream'; actions: (model: string) => StreamAction[]; headers: Record<string, string>; before?: Gate }
  | { kind: 'http'; status: number; headers: Record<string, string>; body: string; before?: Gate }
  /** Takes the request and destroys the socket without an answer. */
  | { kind: 'hang-up'; before?: Gate };

export interface StreamOptions {
  usage?: Partial<TokenUsage>;
  /** Headers of the answer, e.g. rate limits. */
  headers?: Record<string, string>;
  /** Held before the status line: a slow upstream. */
  before?: Gate;
  /** Held after the first part of the answer: a turn in mid-stream. */
  midway?: Gate;
}

const newId = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

function usageFields(usage: Partial<TokenUsage> = {}) {
  const { inputTokens, cachedInputTokens, outputTokens, reasoningTokens } = { ...DEFAULT_USAGE, ...usage };
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedInputTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  };
}

function streamStep(
  { headers = {}, before }: StreamOptions,
  actions: (response: { id: string; object: string; model: string }) => StreamAction[],
): Step {
  const forModel = (model: string) => {
    const response = { id: newId('resp'), object: 'response', model };
    const created: StreamEvent = {
      type: 'response.created',
      response: { ...response, status: 'in_progress', output: [] },
    };
    return [{ send: created }, ...actions(response)];
  };
  return { kind: 'stream', actions: forModel, headers, ...(before === undefined ? {} : { before }) };
}

function wholeItem(
  item: { type: string; [field: string]: unknown },
  options: StreamOptions,
  parts: StreamEvent[] = [],
): Step {
  return streamStep(options, (response) => {
    const [first, ...rest] = parts.map((send): StreamAction => ({ send }));
    return [
      ...(first === undefined ? [] : [first]),
      ...(options.midway === undefined ? [] : [{ wait: options.midway }]),
      ...rest,
      { send: { type: 'response.output_item.done', output_index: 0, item } },
      {
        send: {
          type: 'response.completed',
          response: { ...response, status: 'completed', output: [item], usage: usageFields(options.usage) },
        },
      },
    ];
  });
}

const textDelta = (itemId: string, delta: string): StreamEvent => ({
  type: 'response.output_text.delta',
  item_id: itemId,
  output_index: 0,
  content_index: 0,
  delta,
});

const itemAdded = (itemId: string): StreamEvent => ({
  type: 'response.output_item.added',
  output_index: 0,
  item: { type: 'message', id: itemId, role: 'assistant', status: 'in_progress', content: [] },
});

/** A final answer. `deltas` cuts it into that many pieces; `midway` holds after the first of them. */
export function message(text: string, { deltas = 2, ...options }: StreamOptions & { deltas?: number } = {}): Step {
  const id = newId('msg');
  const content = [{ type: 'output_text', text, annotations: [] }];
  const size = Math.max(1, Math.ceil(text.length / deltas));
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
    text.slice(at * size, (at + 1) * size),
  );
  const [first = '', ...rest] = pieces.map((piece) => textDelta(id, piece));
  const parts = first === '' ? [] : [first, ...rest];
  const item = { type: 'message', id, role: 'assistant', status: 'completed', content };
  const step = wholeItem(item, options, parts);
  return withFirstEvent(step, itemAdded(id));
}

function withFirstEvent(step: Step, event: StreamEvent): Step {
  if (step.kind !== 'stream') return step;
  const actions = (model: string): StreamAction[] => {
    const [created, ...rest] = step.actions(model);
    return created === undefined ? [{ send: event }] : [created, { send: event }, ...rest];
  };
  return { ...step, actions };
}

export function functionCall(name: string, args: unknown, options: StreamOptions & { namespace?: string } = {}): Step {
  const { namespace } = options;
  return wholeItem(
    {
      type: 'function_call',
      id: newId('fc'),
      call_id: newId('call'),
      status: 'completed',
      name,
      arguments: JSON.stringify(args),
      ...(namespace === undefined ? {} : { namespace }),
    },
    options,
  );
}

/** A call of a free-form tool such as apply_patch. */
export function customToolCall(name: string, input: string, options: StreamOptions = {}): Step {
  const item = { type: 'custom_tool_call', id: newId('ctc'), call_id: newId('call'), status: 'completed', name, input };
  return wholeItem(item, options);
}

/** Asks the client to run a shell command. `escalate` asks for leave to run it outside the sandbox. */
export function shellCommand(cmd: string, options: StreamOptions & { escalate?: string } = {}): Step {
  const { escalate } = options;
  const wish = escalate === undefined ? {} : { sandbox_permissions: 'require_escalated', justification: escalate };
  return functionCall('exec_command', { cmd, ...wish }, options);
}

/** `patch` is what stands between `*** Begin Patch` and `*** End Patch`. */
export function applyPatch(patch: string, options: StreamOptions = {}): Step {
  return customToolCall('apply_patch', `*** Begin Patch\n${patch.trimEnd()}\n*** End Patch\n`, options);
}

/** An HTTP error. A string body is sent as text, anything else as JSON. */
export function httpError(
  status: number,
  body: unknown,
  { headers = {}, before }: { headers?: Record<string, string>; before?: Gate } = {},
): Step {
  const isText = typeof body === 'string';
  const contentType = isText ? 'text/plain; charset=utf-8' : 'application/json';
  return {
    kind: 'http',
    status,
    headers: { 'content-type': contentType, ...headers },
    body: isText ? body : JSON.stringify(body),
    ...(before === undefined ? {} : { before }),
  };
}

/** A stream that ends with `response.failed`. */
export function failed(code: string, text: string, options: StreamOptions = {}): Step {
  return streamStep(options, (response) => [
    ...(options.midway === undefined ? [] : [{ wait: options.midway }]),
    { send: { type: 'response.failed', response: { ...response, status: 'failed', error: { code, message: text } } } },
  ]);
}

/** Sends the start of an answer, waits for `midway` if given, then cuts the connection. */
export function brokenStream(text: string, options: StreamOptions = {}): Step {
  const id = newId('msg');
  return streamStep(options, () => [
    { send: itemAdded(id) },
    { send: textDelta(id, text) },
    ...(options.midway === undefined ? [] : [{ wait: options.midway }]),
    { destroy: true },
  ]);
}

/** Never completes: sends deltas as fast as the client reads them, until it goes away. */
export function endlessStream(delta: string, options: StreamOptions = {}): Step {
  const id = newId('msg');
  return streamStep(options, () => [
    { send: itemAdded(id) },
    { send: textDelta(id, delta) },
    ...(options.midway === undefined ? [] : [{ wait: options.midway }]),
    { forever: textDelta(id, delta) },
  ]);
}

/** Exactly these events and pauses, after `response.created`. */
export function rawStream(actions: StreamAction[], options: StreamOptions = {}): Step {
  return streamStep(options, () => actions);
}

export function hangUp({ before }: { before?: Gate } = {}): Step {
  return { kind: 'hang-up', ...(before === undefined ? {} : { before }) };
}
