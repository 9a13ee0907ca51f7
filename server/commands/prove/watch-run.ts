import { setTimeout as wait } from 'node:timers/promises';
import type { ProofCell, ProofRun } from '#contract/proofs.ts';
import type { OwnApi } from '#server/http/own-api-caller.ts';

export interface WatchedRun {
  run: ProofRun;
  cells: ProofCell[];
}

const lookEveryMs = 1_000;
const hasEnded = ({ state }: ProofRun): boolean => state !== 'waiting' && state !== 'running';

export const nameOfCell = ({ policyName, revision, clientVersion }: ProofCell): string =>
  `${policyName}${revision === 0 ? '' : ` version ${revision}`} with Codex ${clientVersion}`;

/** Each thing that a look finds new is told: one line that is written over on a terminal, and lines elsewhere. */
function openProgress(isTerminal: boolean, write: (text: string) => void) {
  const told = new Map<string, string>();
  return {
    tell({ run, cells }: WatchedRun) {
      for (const cell of cells) {
        const { id, state, verdict, error } = cell;
        if (state === 'waiting' || told.get(id) === state) continue;
        told.set(id, state);
        // What is under way stands in the line that is written over.
        if (state === 'running' && isTerminal) continue;
        const came = state === 'running' ? 'begins' : (verdict ?? error ?? state);
        write(`${isTerminal ? '\r\u001b[K' : ''}${nameOfCell(cell)}: ${came}\n`);
      }
      const running = cells.find(({ state }) => state === 'running');
      if (!isTerminal || !running) return;
      const now = running.now === null ? '' : `, ${running.now}`;
      write(
        `\r\u001b[K${run.cellsDone + 1} of ${run.cellsTotal}: ${running.attemptsDone} of ${running.attemptsTotal}${now}`,
      );
    },
    end: () => {
      if (isTerminal) write('\r\u001b[K');
    },
  };
}

/**
 * Follows a run to its end. The first Ctrl-C asks the server to stop it, and its end is still waited for; the second ends this program.
 */
export async function watchRun(api: OwnApi, id: string): Promise<WatchedRun> {
  const isTerminal = process.stderr.isTTY === true;
  const write = (text: string) => void process.stderr.write(text);
  const progress = openProgress(isTerminal, write);
  let asked = false;
  const stop = () => {
    if (asked) process.exit(130);
    asked = true;
    write('\nStopping the proof. Once more ends this program, and the server goes on stopping it.\n');
    api.proofs.cancel({ id }).catch(() => undefined);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    for (;;) {
      const seen = await api.proofs.run({ id });
      progress.tell(seen);
      if (hasEnded(seen.run)) return seen;
      await wait(lookEveryMs);
    }
  } finally {
    progress.end();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
