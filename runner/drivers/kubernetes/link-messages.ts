import type { Duplex, Readable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { z } from 'zod';

/** The first line of every connection that a pod opens to its runner. */
export const Opening = z.object({
  secret: z.string().min(20).max(200),
  kind: z.enum(['hello', 'folders-in', 'folders-out', 'stdout', 'stderr', 'egress']),
});
export type Opening = z.infer<typeof Opening>;
export type OpeningKind = Opening['kind'];

/** What the runner answers to the one `hello` of a pod. */
export const Begin = z.object({
  session: z.string().describe('Takes the place of the secret of the pod’s description, which is good once.'),
  command: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  input: z.string().nullable(),
  workingFolder: z.string(),
  diskMb: z.number(),
});
export type Begin = z.infer<typeof Begin>;

export const ToKeeper = z.object({ order: z.enum(['stay', 'kill', 'collect']) });
export type ToKeeper = z.infer<typeof ToKeeper>;

export const ToRunner = z.discriminatedUnion('say', [
  z.object({ say: z.literal('started') }),
  z.object({ say: z.literal('refused'), why: z.string().max(1000) }),
  z.object({ say: z.literal('disk-limit') }),
  z.object({ say: z.literal('collected'), diskMb: z.number() }),
]);
export type ToRunner = z.infer<typeof ToRunner>;

/** The runner says `stay` this often; a keeper that hears nothing for `silenceMs` ends its task. */
export const stayMs = 3000;
export const silenceMs = 20_000;
const longestLine = 64 * 1024 * 1024;

/** One line; what follows it stays in the stream. @throws Error when the stream ends before, or the line is longer than `most` bytes */
export async function readLine(stream: Duplex, most = longestLine): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for (;;) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) {
      if (stream.readableEnded || stream.destroyed) throw new Error('the connection ended');
      await new Promise<void>((resolve) => {
        const go = () => {
          for (const event of ['readable', 'end', 'close', 'error']) stream.off(event, go);
          resolve();
        };
        for (const event of ['readable', 'end', 'close', 'error']) stream.on(event, go);
      });
      continue;
    }
    const at = chunk.indexOf(10);
    parts.push(at === -1 ? chunk : chunk.subarray(0, at));
    length += chunk.length;
    if (length > most + 65_536) throw new Error('the line is too long');
    if (at === -1) continue;
    if (at + 1 < chunk.length) stream.unshift(chunk.subarray(at + 1));
    return Buffer.concat(parts).toString('utf8');
  }
}

export const writeLine = (stream: Duplex, message: object): void => {
  if (!stream.destroyed && stream.writable) stream.write(`${JSON.stringify(message)}\n`);
};

/** Until the other end has it all: what is said on another connection may be heard before what was sent on this one. */
export async function sendWhole(content: Readable, out: Duplex): Promise<void> {
  await pipeline(content, out);
  // One that breaks off has not got it all, and knows.
  await finished(out.resume(), { writable: false }).catch(() => undefined);
}

/** Both ways, until either end closes. */
export function join(one: Duplex, other: Duplex): void {
  one.pipe(other);
  other.pipe(one);
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
