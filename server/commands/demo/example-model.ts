import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { answerWithItem, commandItem, messageItem, type OutputItem } from '#server/stock-client/responses-answer.ts';

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
function nextItem(request: ModelRequest): OutputItem {
  const output = lastOutput(request);
  if (output !== null) return messageItem(`The command came back with:\n\n${output.slice(0, 2000)}`);
  const command = /\brun:\s*(.+)/i.exec(lastPrompt(request))?.[1]?.trim();
  if (command === undefined) return messageItem(help);
  const toolNames = (request.tools ?? []).flatMap(({ name }) => name ?? []);
  return commandItem(toolNames, command);
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
  if (read.success) answerWithItem(response, read.data, nextItem(read.data));
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
