import { setTimeout } from 'node:timers/promises';
import type { Touched } from '../git/take-diff.ts';
import type { Attempt } from './attempt-tools.ts';
import { runContainer } from './run-container.ts';

export interface Preview {
  /** Something was done that may have changed files. */
  changed(): void;
  /** Ends what runs for it. No container of it is there any more when this resolves. */
  close(): Promise<void>;
}

// Whoever watches sees changes soon; a look costs a container.
const pauseMs = 10_000;
/** Beside what the agent has: so much more a task may take while it is looked at. A look that needs more shows nothing. */
const previewMemoryMb = 512;
/** Longer than any honest look takes. */
const longestLookMs = 120_000;

/**
 * In a container of its own with the agent's folders, since nothing outside may read them while the agent runs. The agent's own git folder
 * is asked, so it can be led astray, but only in what is shown until the end: the diff that counts is taken by the runner itself.
 */
const script = `set -e
mkdir -p /tmp/objects && cp .git/index /tmp/index
export GIT_INDEX_FILE=/tmp/index GIT_OBJECT_DIRECTORY=/tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES="$PWD/.git/objects"
quiet() { git -c core.hooksPath=/dev/null -c core.fsmonitor=false "$@"; }
quiet add --all .
quiet update-index --force-remove -z --stdin
quiet diff --cached --no-ext-diff --no-textconv --no-color "$1" -- | head -c "$2"`;

interface PreviewOptions {
  image: string;
  base: string;
  touched: Touched;
}

async function look(attempt: Attempt, { image, base, touched }: PreviewOptions): Promise<string> {
  const { limits } = attempt.job;
  const lines: string[] = [];
  // The agent's own git is asked, and what that starts can write as much as it likes.
  const tooMuch = new AbortController();
  const signal = AbortSignal.any([attempt.signal, tooMuch.signal, AbortSignal.timeout(longestLookMs)]);
  let bytes = 0;
  const { exitCode } = await runContainer(
    { ...attempt, signal },
    {
      phase: 'preview',
      image,
      command: ['/bin/bash', '-c', script, 'preview', base, String(limits.diffBytes)],
      env: {},
      input: [...touched.keys()].map((path) => `${path}\0`).join(''),
      codex: null,
      limits: { cpus: Math.min(1, limits.cpus), memoryMb: Math.min(previewMemoryMb, limits.memoryMb) },
      onLine: (line, stream) => {
        if (stream !== 'stdout' || tooMuch.signal.aborted) return;
        // With its end, which the last line need not have: without it, empty lines would be nothing.
        bytes += line.length + 1;
        if (bytes <= limits.diffBytes + 1) return void lines.push(line);
        lines.length = 0;
        tooMuch.abort(new Error('the preview wrote more than a diff may have'));
      },
    },
  );
  if (exitCode !== 0) throw new Error(`the preview ended with ${exitCode}`);
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

async function send({ job, tools, signal }: Attempt, diff: string): Promise<void> {
  const path = `/runner/v1/attempts/${job.attemptId}/diff?epoch=${job.epoch}&final=false`;
  const body = { type: 'text/x-diff; charset=utf-8', bytes: Buffer.from(diff) };
  await tools.calls.send({ method: 'PUT', path, body, signal });
}

/** Shows the diff as it grows. What goes wrong with it is nobody's concern: the next one, or the last, comes anyway. */
export function openPreview(attempt: Attempt, options: PreviewOptions): Preview {
  const ending = new AbortController();
  const signal = AbortSignal.any([attempt.signal, ending.signal]);
  let isAsked = false;
  let shown = '';
  let work: Promise<void> | null = null;
  const lookOnce = async () => {
    isAsked = false;
    const diff = await look({ ...attempt, signal }, options);
    if (diff !== shown) await send({ ...attempt, signal }, diff);
    shown = diff;
  };
  const lookOn = async () => {
    while (isAsked && !signal.aborted) {
      await lookOnce().catch(() => undefined);
      await setTimeout(pauseMs, undefined, { signal }).catch(() => undefined);
    }
    work = null;
  };
  return {
    changed: () => {
      isAsked = true;
      work ??= lookOn();
    },
    close: async () => {
      ending.abort();
      await work;
    },
  };
}
