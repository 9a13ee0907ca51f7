import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { RunningContainer } from '../drivers/driver.ts';
import type { Attempt } from './attempt-tools.ts';
import { openPreview } from './preview-diff.ts';

const diffBytes = 1_000_000;

interface Shown {
  started: number;
  killed: number;
  sent: string[];
}

/** An attempt with containers that write what the stream says, to their end or until they are killed. */
function attemptWith(output: () => Readable): { attempt: Attempt; shown: Shown } {
  const shown: Shown = { started: 0, killed: 0, sent: [] };
  const start = async (): Promise<RunningContainer> => {
    shown.started += 1;
    const stdout = output();
    const usage = { cpuSeconds: 0, peakMemoryMb: 0, diskMb: 0 };
    const ended = new Promise<void>((resolve) => stdout.once('close', resolve));
    return {
      stdout,
      stderr: Readable.from([]),
      ended: ended.then(() => ({ exitCode: 0, signal: null, limit: null, usage })),
      kill: async () => {
        shown.killed += 1;
        stdout.push(null);
        stdout.destroy();
      },
      remove: async () => undefined,
    };
  };
  const send = async ({ body }: { body: { bytes: Buffer } }) => void shown.sent.push(body.bytes.toString());
  const attempt = {
    job: {
      ...{ attemptId: 'att_1', epoch: 1, runtime: 'runc', variables: [], repository: { folder: 'app' } },
      ...{ limits: { cpus: 1, memoryMb: 512, diffBytes }, agent: { gatewayOrigin: 'https://reeve.example' } },
    },
    ...{ driver: { start }, folders: {}, signal: new AbortController().signal },
    lease: { lost: new AbortController().signal },
    tools: { owner: 'own', log: () => undefined, calls: { send } },
  };
  return { attempt: attempt as unknown as Attempt, shown };
}

const options = { image: 'image', base: 'HEAD', touched: new Map() };

test('what changed is shown', async () => {
  const { attempt, shown } = attemptWith(() =>
    Readable.from([Buffer.from('diff --git a/a b/a\n'), Buffer.from('+x\n')]),
  );
  const preview = openPreview(attempt, options);
  preview.changed();
  await expect.poll(() => shown.sent).toEqual(['diff --git a/a b/a\n+x\n']);
  await preview.close();
  expect(shown.started).toBe(1);
});

test.each([
  ['lines', 'y\n'],
  ['empty lines', '\n'],
  ['one line', 'y'],
])('a look that writes %s without end is ended, and nothing of it is kept or shown', async (_what, text) => {
  let written = 0;
  const chunk = Buffer.from(text.repeat(16_000 / text.length));
  const { attempt, shown } = attemptWith(
    () =>
      new Readable({
        read() {
          written += chunk.length;
          setImmediate(() => this.destroyed || this.push(chunk));
        },
      }),
  );
  const preview = openPreview(attempt, options);
  preview.changed();
  await expect.poll(() => shown.killed).toBeGreaterThan(0);
  await preview.close();
  expect(shown.sent).toEqual([]);
  expect(written).toBeLessThan(4 * diffBytes);
});
