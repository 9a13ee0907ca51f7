import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { newId } from '#server/crypto/ids.ts';
import { type AccessChanges, accessChannel } from './access-changes.ts';

const heartbeatMs = 1_000;
/** Changes of other processes count as heard for this long after the last proof that notifications come through. */
const trustedMs = 3_000;
const connectTimeoutMs = 5_000;

export interface PostgresAccessChanges extends AccessChanges {
  /**
   * For every connection this process writes with, which has to LISTEN on the channel: PostgreSQL tells a session about its own
   * notifications before it says that the statement is done, so the writer's caller never sees the time before.
   */
  hear(client: pg.PoolClient): void;
}

/**
 * One connection of its own listens to what other processes change. It proves every second that notifications reach it, by one it
 * sends to itself: a connection that hangs, or a pooler that swallows them, counts as not hearing.
 */
export function postgresAccessChanges(connectionString: string): PostgresAccessChanges {
  let generation = 0;
  let provenAtMs = Number.NEGATIVE_INFINITY;
  let stopped: AbortController | null = null;
  let loop: Promise<void> = Promise.resolve();
  const onNotification = ({ channel }: pg.Notification) => {
    if (channel === accessChannel) generation += 1;
  };

  async function listen(signal: AbortSignal, onProven: () => void): Promise<void> {
    const echo = newId('reeve_echo');
    const client = new pg.Client({
      connectionString,
      application_name: 'reeve access changes',
      connectionTimeoutMillis: connectTimeoutMs,
      query_timeout: trustedMs,
    });
    let echoes = 0;
    const { promise: broken, reject: breakOff } = Promise.withResolvers<never>();
    broken.catch(() => undefined);
    client.on('error', breakOff);
    client.on('end', () => breakOff(new Error('the connection ended')));
    client.on('notification', onNotification);
    client.on('notification', ({ channel }) => {
      if (channel === echo) echoes += 1;
    });
    try {
      await client.connect();
      await client.query(`listen ${accessChannel}; listen ${echo}`);
      // Whatever changed while nobody listened.
      generation += 1;
      for (let sent = 1; !signal.aborted; sent += 1) {
        const sentAtMs = performance.now();
        await Promise.race([client.query(`notify ${echo}`), broken]);
        if (echoes < sent)
          throw new Error('notifications do not come back: is there a pooler in transaction mode between?');
        provenAtMs = sentAtMs;
        onProven();
        await Promise.race([wait(heartbeatMs, null, { signal }).catch(() => null), broken]);
      }
    } finally {
      provenAtMs = Number.NEGATIVE_INFINITY;
      await Promise.race([client.end().catch(() => undefined), wait(heartbeatMs, null, { ref: false })]);
    }
  }

  async function keepListening(log: Logger, signal: AbortSignal, onFirst: () => void): Promise<void> {
    let isTold = false;
    while (!signal.aborted) {
      const onProven = () => {
        if (isTold) log.info('changes of access are heard again');
        isTold = false;
        onFirst();
      };
      try {
        await listen(signal, onProven);
      } catch (error) {
        if (!isTold && !signal.aborted)
          log.warn({ err: error }, 'changes of access are not heard; every request asks the database until they are');
        isTold = true;
        onFirst();
        await wait(heartbeatMs, null, { signal, ref: false }).catch(() => null);
      }
    }
  }

  return {
    get generation() {
      return generation;
    },
    isHeard: () => performance.now() - provenAtMs < trustedMs,
    hear: (client) => void client.on('notification', onNotification),
    async follow(log) {
      const { promise, resolve } = Promise.withResolvers<void>();
      stopped = new AbortController();
      loop = keepListening(log, stopped.signal, resolve);
      await promise;
    },
    async close() {
      stopped?.abort();
      await loop;
    },
  };
}
