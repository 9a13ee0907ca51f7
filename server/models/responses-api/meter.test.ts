import fc from 'fast-check';
import { expect, it } from 'vitest';
import { meterEvents } from './meter.ts';

const event = (type: string, data: Record<string, unknown> = {}) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;
const usage = { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 3 };
const item = { type: 'message', content: [{ type: 'output_text', text: 'grüße 👋' }] };
const stream =
  event('response.created', { response: { id: 'r1' } }) +
  event('response.output_text.delta', { delta: 'grüße' }) +
  event('response.output_item.done', { item }) +
  event('response.completed', { response: { id: 'r1', usage } });

const read = (chunks: readonly Uint8Array[]) => {
  let nowMs = 0;
  const meter = meterEvents({ nowMs: () => ++nowMs, keepsContent: true });
  for (const chunk of chunks) meter.feed(Buffer.from(chunk));
  meter.end();
  return meter.metered;
};

it('reads the same however the bytes are cut', () => {
  const bytes = Buffer.from(stream);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const metered = read(at.slice(1).map((end, index) => bytes.subarray(at[index], end)));
      expect(metered).toMatchObject({
        responseId: 'r1',
        usage,
        ending: { outcome: 'completed', message: null },
        firstTokenAtMs: expect.any(Number),
        answerText: 'grüße 👋',
      });
    }),
  );
});

it.each([
  [
    'an answer cut short by its limit',
    event('response.incomplete', { response: { incomplete_details: { reason: 'max_output_tokens' } } }),
    'completed',
    'incomplete: max_output_tokens',
  ],
  [
    'a failed answer',
    event('response.failed', { response: { error: { code: 'server_error', message: 'no' } } }),
    'failed',
    'no',
  ],
  ['an error event', event('error', { code: 'bad', message: 'gone' }), 'failed', 'gone'],
  [
    'events without names',
    `data: ${JSON.stringify({ type: 'response.completed', response: {} })}\n\n`,
    'completed',
    null,
  ],
  [
    'usage that makes no sense',
    event('response.completed', { response: { usage: { input_tokens: -1 } } }),
    'completed',
    null,
  ],
])('understands %s', (_what, text, outcome, message) => {
  expect(read([Buffer.from(text)]).ending).toEqual({ outcome, message });
});

it('survives any bytes', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array()), (chunks) => void read(chunks)));
});
