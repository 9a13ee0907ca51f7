import type { z } from 'zod';
import type { EgressAttempt } from '#contract/internet-access.ts';
import type { ReportRequest } from '#contract/runner-protocol.ts';
import type { AttemptState, LogEntry } from '#contract/task-states.ts';
import { CallRefused, type Calls, untilAnswered } from './call-reeve.ts';
import type { HeldLease } from './leases.ts';

type Report = z.infer<typeof ReportRequest>;
type Facts = Pick<Report, 'firstModelCallAt' | 'isFromCache' | 'baseCommit'>;
type Phase = LogEntry['phase'];

export interface Line {
  kind: LogEntry['kind'];
  text: string;
  item?: string | null;
  exitCode?: number | null;
}

export interface ReportLog {
  /** Entries from now on are of this phase; the attempt is in this state. */
  enter(phase: Phase, state?: AttemptState): void;
  add(line: Line): void;
  tell(facts: Facts): void;
  addEgress(attempt: EgressAttempt): void;
  /** Values that must not be shown, from now on. */
  hide(mask: (text: string) => string): void;
  /** Resolves when everything has arrived. @throws what aborted the lease */
  flush(): Promise<void>;
}

export interface ReportOptions {
  calls: Calls;
  lease: HeldLease;
  mostBytes: number;
  /** More was printed than is kept; called once. */
  onTooMuch: () => void;
  now?: () => Date;
}

const mostEntries = 500;
const mostText = 32_768;
const mostBatchBytes = 1024 * 1024;
/** What an entry takes at the least: a flood of small ones is one, too. */
const entryBytes = 100;
// Lines that come together travel together; still at once for whoever watches.
const gatherMs = 100;

/** In pieces that an entry takes, cut between lines where there are any. */
export function piecesOf(text: string, most = mostText): string[] {
  if (text.length <= most) return [text];
  const cut = text.lastIndexOf('\n', most - 1);
  const at = cut > 0 ? cut + 1 : most;
  return [text.slice(0, at), ...piecesOf(text.slice(at), most)];
}

interface Waiting {
  entries: LogEntry[];
  egress: EgressAttempt[];
  state: AttemptState | undefined;
  facts: Facts;
}

const isWaiting = ({ entries, egress, state, facts }: Waiting): boolean =>
  entries.length + egress.length > 0 || state !== undefined || Object.keys(facts).length > 0;

/** The next part that is sent. It stays the same until it has arrived, so that repeating it changes nothing. */
function takeBatch(waiting: Waiting, epoch: number): Report | null {
  let bytes = 0;
  let count = 0;
  for (const { text } of waiting.entries) {
    bytes += text.length * 2;
    if (count === mostEntries || (count > 0 && bytes > mostBatchBytes)) break;
    count += 1;
  }
  if (!isWaiting(waiting)) return null;
  const { state, facts } = waiting;
  const entries = waiting.entries.splice(0, count);
  const egress = waiting.egress.splice(0, mostEntries);
  waiting.state = undefined;
  waiting.facts = {};
  return { epoch, entries, egress, ...facts, ...(state === undefined ? {} : { state }) };
}

/** The log of one attempt on its way to Reeve: in order, each part until it has arrived. */
export function openReportLog({
  calls,
  lease,
  mostBytes,
  onTooMuch,
  now = () => new Date(),
}: ReportOptions): ReportLog {
  const waiting: Waiting = { entries: [], egress: [], state: undefined, facts: {} };
  let phase: Phase = 'prepare';
  let mask = (text: string) => text;
  let seq = 0;
  let bytes = 0;
  let isFull = false;
  let sending: Promise<void> | null = null;

  const sendAll = async () => {
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    for (let json = takeBatch(waiting, lease.epoch); json !== null; json = takeBatch(waiting, lease.epoch)) {
      const path = `/runner/v1/attempts/${lease.attemptId}/report`;
      await untilAnswered(lease.lost, () => calls.send({ method: 'POST', path, json, signal: lease.lost }));
    }
  };
  const wake = () => {
    if (sending || lease.lost.aborted) return;
    sending = sendAll()
      .catch((error: unknown) => {
        // Whatever Reeve refuses about this attempt, it is not ours to go on with.
        if (error instanceof CallRefused) lease.lose(error.message);
      })
      .finally(() => {
        sending = null;
        if (isWaiting(waiting)) wake();
      });
  };
  const push = ({ kind, text, item = null, exitCode = null }: Line) => {
    for (const piece of piecesOf(text)) {
      seq += 1;
      waiting.entries.push({ seq, at: now().toISOString(), kind, phase, text: piece, item, exitCode });
    }
    wake();
  };
  return {
    enter: (next, state) => {
      phase = next;
      if (state !== undefined) waiting.state = state;
      wake();
    },
    add: (line) => {
      const text = mask(line.text);
      bytes += Math.max(entryBytes, Buffer.byteLength(text));
      // What the runner itself says still comes through: that is how the end is explained.
      const isFromInside = line.kind !== 'phase' && line.kind !== 'notice';
      if (bytes > mostBytes && isFromInside) {
        if (!isFull) onTooMuch();
        isFull = true;
        return;
      }
      push({ ...line, text });
    },
    tell: (facts) => {
      Object.assign(waiting.facts, facts);
      wake();
    },
    addEgress: (attempt) => {
      const { host, path } = attempt;
      waiting.egress.push({ ...attempt, host: mask(host), path: path === null ? null : mask(path) });
      wake();
    },
    hide: (next) => {
      mask = next;
    },
    flush: async () => {
      wake();
      while (sending) await sending;
      lease.lost.throwIfAborted();
    },
  };
}
