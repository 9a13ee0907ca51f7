import { type EgressAttempt, type EgressRule, egressRules } from '#contract/internet-access.ts';

/** One attempt while it goes on. It is written down once, when it has ended. */
export interface OpenAttempt {
  sent(bytes: number): void;
  received(bytes: number): void;
  dialled(address: string): void;
  /** Only the first word counts. */
  end(rule: EgressRule, status?: number | null): void;
}

export interface AttemptLog {
  open(about: { method: string; host: string; port: number; path: string | null }): OpenAttempt;
  /** For what was over before it could be opened. */
  note(about: { method: string; host: string; port: number; path?: string | null }, rule: EgressRule): void;
  /** Resolves when none is open. */
  settled(): Promise<void>;
}

const printable = (text: string, most: number): string => text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, most);
const withoutQuery = (path: string): string => path.replace(/[?#].*$/s, '');

export function createAttemptLog(
  phase: () => EgressAttempt['phase'],
  onAttempt: (attempt: EgressAttempt) => void,
): AttemptLog {
  let openCount = 0;
  let whenSettled: (() => void)[] = [];
  const ended = () => {
    openCount -= 1;
    if (openCount > 0) return;
    for (const resolve of whenSettled) resolve();
    whenSettled = [];
  };
  const open: AttemptLog['open'] = ({ method, host, port, path }) => {
    const at = new Date().toISOString();
    const startedIn = phase();
    let [sentBytes, receivedBytes, isOver] = [0, 0, false];
    let address: string | null = null;
    openCount += 1;
    return {
      sent: (bytes) => {
        sentBytes += bytes;
      },
      received: (bytes) => {
        receivedBytes += bytes;
      },
      dialled: (dialledAddress) => {
        address = dialledAddress;
      },
      end(rule, status = null) {
        if (isOver) return;
        isOver = true;
        onAttempt({
          at,
          phase: startedIn,
          method: printable(method, 20),
          host: printable(host, 300),
          port,
          path: path === null ? null : printable(withoutQuery(path), 500),
          isAllowed: egressRules[rule].allows,
          rule,
          address,
          status,
          sentBytes,
          receivedBytes,
        });
        ended();
      },
    };
  };
  return {
    open,
    note: (about, rule) => open({ path: null, ...about }).end(rule),
    settled: () => (openCount === 0 ? Promise.resolve() : new Promise((resolve) => whenSettled.push(resolve))),
  };
}
