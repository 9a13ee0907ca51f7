import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import {
  answerWithItem,
  commandItem,
  functionCallItem,
  messageItem,
  type OutputItem,
  shellToolIn,
} from '#server/stock-client/responses-answer.ts';

const InputItem = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  call_id: z.string().optional(),
  output: z.unknown().optional(),
  content: z.unknown().optional(),
});
const Tool = z.looseObject({ type: z.string().optional(), name: z.string().optional() });
const ModelRequest = z.looseObject({
  model: z.string().default(''),
  stream: z.boolean().default(false),
  input: z.union([z.string(), z.array(InputItem)]).default([]),
  tools: z.array(Tool).default([]),
});
type ModelRequest = z.infer<typeof ModelRequest>;

/** What the model asks for in one turn of its script. */
export type ScriptStep =
  /** `escalate` asks for leave to run it outside the sandbox. */
  | { command: string; escalate?: boolean }
  /** What stands between `*** Begin Patch` and `*** End Patch`. */
  | { patch: string }
  | { call: string; arguments: unknown };

/** A model call that arrived, so the gateway admitted it. */
export interface RecordedCall {
  at: Date;
  headers: IncomingHttpHeaders;
  model: string;
  /** As the client offers them to the model. */
  tools: Record<string, unknown>[];
  /** The whole request, to look for words in. */
  text: string;
  /** Outputs of the steps so far, in the order of the script; null where there is none yet. */
  outputs: (string | null)[];
  /** Output of the harmless command that comes before the steps; null when there is none yet, undefined in a script without commands. */
  control?: string | null | undefined;
}

export interface ScriptedModel {
  /** `http://127.0.0.1:PORT/v1`, for the gateway. */
  baseUrl: string;
  /** Nobody may call it: the provider a member would rather use. */
  otherProviderUrl: string;
  /** @returns the prompt that makes the model play these steps and then say `answer` */
  script(run: string, steps: readonly ScriptStep[], harmless?: string): string;
  /** Calls of this run that came through the gateway. */
  callsOf(run: string): readonly RecordedCall[];
  /** `METHOD /path` of calls to the other provider that name this run, or that name no run at all. */
  otherCallsOf(run: string): readonly string[];
  close(): Promise<void>;
}

/** What the harmless command prints: on a line of its own only when it ran, because refusals quote the whole command. */
export const controlMark = 'REEVE-PROOF-CONTROL';

/** The sandbox of 0.140 crashes under a single command now and then: the harmless one runs if any of these does. */
const controls = 2;

const defaultControl = `echo ${controlMark}`;

/** `true` is there to make a client use a tool; nothing is judged by what becomes of it. */
const triesCommands = (steps: readonly ScriptStep[]): boolean =>
  steps.some((step) => 'command' in step && step.command !== 'true');

const namesOf = (tools: readonly Record<string, unknown>[]): string[] =>
  tools.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));

export const offersShell = ({ tools }: Pick<RecordedCall, 'tools'>): boolean => shellToolIn(namesOf(tools)) !== null;

/** What the model says when its script is played. */
export const scriptedAnswer = (run: string): string => `The proof run ${run} was played to its end.`;

const promptOf = (run: string): string => `Please play proof run <${run}> now.`;
const runIn = (text: string): string | null => /Please play proof run <([\w.-]+)> now\./.exec(text)?.[1] ?? null;

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const parts = z.array(z.looseObject({ text: z.string().optional() })).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text ?? '').join('') : JSON.stringify(content);
}

const callId = (run: string, step: number) => `call_${run.replace(/\W/g, '_')}_${step}`;

function outputsIn({ input }: ModelRequest, run: string, count: number): (string | null)[] {
  const items = typeof input === 'string' ? [] : input;
  return Array.from({ length: count }, (_, step) => {
    const item = items.find(({ type, call_id }) => type?.endsWith('_call_output') && call_id === callId(run, step));
    return item ? textOf(item.output) : null;
  });
}

function itemOf(step: ScriptStep, { tools }: ModelRequest, id: string): OutputItem {
  if ('patch' in step) {
    const input = `*** Begin Patch\n${step.patch.trimEnd()}\n*** End Patch\n`;
    return {
      type: 'custom_tool_call',
      id: id.replace('call_', 'ctc_'),
      call_id: id,
      status: 'completed',
      name: 'apply_patch',
      input,
    };
  }
  if ('call' in step) return functionCallItem(step.call, step.arguments, id);
  const wish = step.escalate ? { sandbox_permissions: 'require_escalated', justification: 'It is needed.' } : {};
  return commandItem(namesOf(tools), step.command, id, wish);
}

const refuse = (response: ServerResponse, status: number, message: string) =>
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }));

async function listen(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

async function end(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

const localModels = ['gpt-oss:20b', 'gpt-oss:120b'];

/** What a client asks a model server on the member's own machine before it calls a model: without answers it would never come to a call. */
const localAnswers: Readonly<Record<string, unknown>> = {
  '/v1/models': { object: 'list', data: localModels.map((id) => ({ id, object: 'model' })) },
  '/api/tags': { models: localModels.map((name) => ({ name, model: name })) },
  '/api/version': { version: '0.99.0' },
  '/api/pull': { status: 'success' },
};

/** The model that drives the attempts, on loopback behind the gateway, and beside it a provider that must stay uncalled. */
export async function startScriptedModel(): Promise<ScriptedModel> {
  const scripts = new Map<string, { all: readonly ScriptStep[]; hasControl: boolean }>();
  const calls = new Map<string, RecordedCall[]>();
  const otherCalls: { run: string | null; line: string }[] = [];

  const model = await listen(async (request, response) => {
    if (request.method !== 'POST' || !request.url?.endsWith('/responses')) {
      request.resume();
      return void refuse(response, 404, 'The scripted model answers POST /v1/responses only.');
    }
    const body: unknown = await json(request).catch(() => null);
    const read = ModelRequest.safeParse(body);
    const text = JSON.stringify(body);
    const run = runIn(text);
    const script = run === null ? undefined : scripts.get(run);
    if (!read.success || run === null || !script) return void refuse(response, 400, 'This is no call of a proof.');
    const all = outputsIn(read.data, run, script.all.length);
    const { tools } = read.data;
    const said = all.slice(0, controls).filter((one) => one !== null);
    const [control, outputs] = script.hasControl
      ? [said.length === 0 ? null : said.join('\n'), all.slice(controls)]
      : [undefined, all];
    const call = { at: new Date(), headers: request.headers, model: read.data.model, tools, text, outputs, control };
    calls.set(run, [...(calls.get(run) ?? []), call]);
    const next = all.indexOf(null);
    const step = script.all[next];
    const item = step ? itemOf(step, read.data, callId(run, next)) : messageItem(scriptedAnswer(run));
    answerWithItem(response, read.data, item);
  });
  const other = await listen(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const known = request.method === 'GET' || request.url === '/api/pull' ? localAnswers[request.url ?? ''] : undefined;
    if (known !== undefined) {
      request.resume();
      otherCalls.push({ run: null, line });
      // Ends with a line feed: the progress of a pull is read line by line.
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(known)}\n`);
    }
    const body: unknown = await json(request).catch(() => null);
    otherCalls.push({ run: runIn(JSON.stringify(body)), line });
    const read = ModelRequest.safeParse(body);
    if (read.success) answerWithItem(response, read.data, messageItem('This is the other provider.'));
    else refuse(response, 404, 'This is the other provider.');
  }).catch(async (error: unknown) => {
    await end(model.server);
    throw error;
  });

  return {
    baseUrl: model.url,
    otherProviderUrl: other.url,
    script: (run, steps, harmless = defaultControl) => {
      const hasControl = triesCommands(steps);
      scripts.set(run, {
        all: hasControl ? [...Array.from({ length: controls }, () => ({ command: harmless })), ...steps] : steps,
        hasControl,
      });
      return promptOf(run);
    },
    callsOf: (run) => calls.get(run) ?? [],
    otherCallsOf: (wanted) => otherCalls.filter(({ run }) => run === null || run === wanted).map(({ line }) => line),
    close: async () => {
      await Promise.all([end(model.server), end(other.server)]);
    },
  };
}
