import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';

const InputItem = z.looseObject({
  type: z.string().optional(),
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.looseObject({ type: z.string(), text: z.string().optional() }))]).optional(),
  output: z.unknown().optional(),
});
const ModelRequest = z.looseObject({
  stream: z.boolean().default(false),
  input: z.union([z.string(), z.array(InputItem)]),
  tools: z.array(z.looseObject({ name: z.string().optional() })).optional(),
});
type ModelRequest = z.infer<typeof ModelRequest>;

const textOf = (content: z.infer<typeof InputItem>['content']): string =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('\n');

const items = ({ input }: ModelRequest) => (typeof input === 'string' ? [{ role: 'user', content: input }] : input);

/** The tool output this request ends with, if it does: then the command has been run, or refused. */
function lastOutput(request: ModelRequest): string | null {
  const last = items(request).at(-1);
  if (last === undefined || !String(last.type ?? '').endsWith('_call_output')) return null;
  return typeof last.output === 'string' ? last.output : JSON.stringify(last.output);
}

const lastPrompt = (request: ModelRequest): string =>
  textOf(items(request).findLast(({ role }) => role === 'user')?.content);

const help =
  'This is the example organisation’s scripted model: it does not think. Write “run: git push” (or any other command) and I ask for exactly that command, so that you see what your policy makes of it. Then open Activity, Analytics and Audit in the console.';

/** What the scripted model says next: one output item of the Responses API. */
function nextItem(request: ModelRequest): Record<string, unknown> {
  const message = (text: string) => ({
    type: 'message',
    id: `msg_${randomUUID()}`,
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  });
  const output = lastOutput(request);
  if (output !== null) return message(`The command came back with:\n\n${output.slice(0, 2000)}`);
  const command = /\brun:\s*(.+)/i.exec(lastPrompt(request))?.[1]?.trim();
  if (command === undefined) return message(help);
  const isShell =
    !request.tools?.some(({ name }) => name === 'exec_command') && request.tools?.some(({ name }) => name === 'shell');
  const call = isShell
    ? { name: 'shell', arguments: JSON.stringify({ command: ['bash', '-lc', command] }) }
    : { name: 'exec_command', arguments: JSON.stringify({ cmd: command }) };
  return {
    type: 'function_call',
    id: `fc_${randomUUID()}`,
    call_id: `call_${randomUUID()}`,
    status: 'completed',
    ...call,
  };
}

/** Four characters a token: good enough for numbers that nobody pays. */
const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

function completedResponse(request: ModelRequest, item: Record<string, unknown>) {
  const inputTokens = tokens(request.input);
  const outputTokens = tokens(item);
  return {
    id: `resp_${randomUUID()}`,
    object: 'response',
    status: 'completed',
    output: [item],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: Math.floor(inputTokens / 2) },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
}

function answer(request: ModelRequest, response: ServerResponse): void {
  const item = nextItem(request);
  const completed = completedResponse(request, item);
  if (!request.stream) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(completed));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const events = [
    { type: 'response.created', response: { ...completed, status: 'in_progress', output: [] } },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: completed },
  ];
  for (const event of events) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  response.end();
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const refuse = (status: number, message: string) =>
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ error: { message, type: 'invalid_request_error' } }));
  if (request.method !== 'POST' || !request.url?.endsWith('/responses')) {
    request.resume();
    refuse(404, 'The example model answers POST /v1/responses only.');
    return;
  }
  const read = ModelRequest.safeParse(await json(request).catch(() => null));
  if (read.success) answer(read.data, response);
  else refuse(400, 'This is no Responses API request.');
}

export interface ExampleModel {
  /** `http://127.0.0.1:PORT/v1`: the upstream of the example's gateway. */
  baseUrl: string;
  close(): Promise<void>;
}

/** A model without a model, behind the Responses API on loopback: it says what it can do, or asks for the one command it was told. */
export async function startExampleModel(): Promise<ExampleModel> {
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    handle(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
