import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';

/** One output item of the Responses API. */
export type OutputItem = Record<string, unknown>;

export const messageItem = (text: string): OutputItem => ({
  type: 'message',
  id: `msg_${randomUUID()}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
});

export const functionCallItem = (name: string, args: unknown, callId = `call_${randomUUID()}`): OutputItem => ({
  type: 'function_call',
  id: `fc_${randomUUID()}`,
  call_id: callId,
  status: 'completed',
  name,
  arguments: JSON.stringify(args),
});

/** Tools that run commands, by the client's version and features, with what each takes for one. */
const shellTools: Readonly<Record<string, (command: string) => Record<string, unknown>>> = {
  exec_command: (cmd) => ({ cmd }),
  shell_command: (command) => ({ command }),
  shell: (command) => ({ command: ['bash', '-lc', command] }),
};

/** The tool that runs commands among those a client offers; null when none does. */
export const shellToolIn = (toolNames: readonly string[]): string | null =>
  Object.keys(shellTools).find((name) => toolNames.includes(name)) ?? null;

/** A command for whichever shell tool the client offers; `more` are arguments that all of them take. */
export function commandItem(
  toolNames: readonly string[],
  command: string,
  callId?: string,
  more: Readonly<Record<string, unknown>> = {},
): OutputItem {
  const name = shellToolIn(toolNames) ?? 'exec_command';
  return functionCallItem(name, { ...shellTools[name]?.(command), ...more }, callId);
}

/** Four characters a token: good enough for numbers that nobody pays. */
const tokens = (value: unknown): number => Math.ceil(JSON.stringify(value).length / 4);

function completedResponse(input: unknown, item: OutputItem) {
  const inputTokens = tokens(input);
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

/** Answers a Responses request with this one item, as a stream if that was asked. */
export function answerWithItem(
  response: ServerResponse,
  { stream, input }: { stream: boolean; input: unknown },
  item: OutputItem,
): void {
  const completed = completedResponse(input, item);
  if (!stream) {
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
