/** A Responses API that costs almost nothing: the same stream for every call, so that what is measured is what stands before it. */
import { createServer } from 'node:http';
import process from 'node:process';
import { announce } from './announce.ts';

const deltas = 20;
const betweenMs = Number(process.argv[2] ?? 25);
const event = (body: { type: string }) => `event: ${body.type}\ndata: ${JSON.stringify(body)}\n\n`;
const text = 'word '.repeat(12);
const delta = event({
  type: 'response.output_text.delta',
  item_id: 'msg_1',
  output_index: 0,
  content_index: 0,
  delta: text,
} as { type: string });
const item = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: text.repeat(deltas), annotations: [] }],
};
const usage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 20 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 5 },
  total_tokens: 150,
};
const end =
  event({ type: 'response.output_item.done', output_index: 0, item } as { type: string }) +
  event({ type: 'response.completed', response: { id: 'resp_1', status: 'completed', output: [item], usage } } as {
    type: string;
  });

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(event({ type: 'response.created', response: { id: 'resp_1' } } as { type: string }));
    let sent = 0;
    const timer = setInterval(() => {
      if (sent < deltas) response.write(delta);
      else {
        clearInterval(timer);
        response.end(end);
      }
      sent += 1;
    }, betweenMs);
    response.once('close', () => clearInterval(timer));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => announce({ port: (server.address() as { port: number }).port }));
