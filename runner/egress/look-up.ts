import { Resolver } from 'node:dns/promises';
import { DialError } from './dial-error.ts';

/** At once, of one task; the others wait, in order. */
export const mostLookUps = 16;
const longestMs = 10_000;
const dnsTimes = { timeout: 3_000, tries: 2 };

export interface LookUps {
  /**
   * Every address of the name, IPv4 first. Once the signal says that nobody waits for it any more, it is given up.
   * @throws DialError `name-unknown`, or without a rule where it was given up
   */
  find(name: string, gone: AbortSignal): Promise<string[]>;
  /** Gives up whatever is looked up or waits for that. */
  close(): void;
}

interface LookUpOptions {
  /** Instead of the DNS. */
  resolve?: ((name: string) => Promise<string[]>) | undefined;
  /** From when it has its turn. */
  longestMs?: number | undefined;
  /** Of the DNS, as address:port; those of this machine if not given. */
  servers?: readonly string[];
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** So many have their turn at once. Whoever gives up while waiting loses the place. */
function createTurns(most: number) {
  const waiting = new Set<() => void>();
  let free = most;
  return {
    take: (signal: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const begin = () => {
          signal.removeEventListener('abort', leave);
          resolve();
        };
        const leave = () => {
          waiting.delete(begin);
          reject(signal.reason);
        };
        if (free > 0) {
          free -= 1;
          return resolve();
        }
        waiting.add(begin);
        signal.addEventListener('abort', leave);
      }),
    pass() {
      const [next] = waiting;
      if (!next) free += 1;
      else if (waiting.delete(next)) next();
    },
  };
}

/** What it comes to, unless the signal comes first. */
function unless<T>(signal: AbortSignal, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop);
    asked.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * Asks the DNS itself. The system's own look-up (getaddrinfo) has two places in this process, which it keeps for as long as a server
 * does not answer: names that a task thinks up would keep the runner from finding Reeve. `/etc/hosts` is not read; with the dot at the
 * end, which keeps a search list of the runner's machine out of it, the system's look-up does not find what is written there either.
 */
async function askDns(name: string, signal: AbortSignal, servers: readonly string[] | undefined): Promise<string[]> {
  // One for each, so that giving up ends its questions and no others.
  const resolver = new Resolver(dnsTimes);
  if (servers) resolver.setServers(servers);
  signal.addEventListener('abort', () => resolver.cancel());
  const full = `${name}.`;
  const answers = await Promise.allSettled([resolver.resolve4(full), resolver.resolve6(full)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  if (signal.aborted) throw signal.reason;
  const [problem] = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []));
  throw problem ?? new Error('no address');
}

/** Looks up names for one task, without ever standing in the way of the runner or of other tasks. */
export function createLookUps({ resolve, longestMs: most = longestMs, servers }: LookUpOptions): LookUps {
  const turns = createTurns(mostLookUps);
  const pending = new Set<() => void>();
  let isClosed = false;

  const askInTurn = async (name: string, ending: AbortController) => {
    const { signal } = ending;
    await turns.take(signal);
    const late = new DialError(`nobody said within ${most} ms where it is`, 'name-unknown');
    const timer = setTimeout(() => ending.abort(late), most);
    try {
      signal.throwIfAborted();
      return await (resolve ? unless(signal, resolve(name)) : askDns(name, signal, servers));
    } finally {
      clearTimeout(timer);
      turns.pass();
    }
  };

  return {
    async find(name, gone) {
      const ending = new AbortController();
      const giveUp = () => ending.abort(new DialError('nobody waits for it any more', null));
      if (isClosed || gone.aborted) giveUp();
      gone.addEventListener('abort', giveUp);
      pending.add(giveUp);
      try {
        return await askInTurn(name, ending);
      } catch (error) {
        throw error instanceof DialError ? error : new DialError(messageOf(error), 'name-unknown');
      } finally {
        gone.removeEventListener('abort', giveUp);
        pending.delete(giveUp);
      }
    },
    close() {
      isClosed = true;
      for (const giveUp of pending) giveUp();
    },
  };
}
