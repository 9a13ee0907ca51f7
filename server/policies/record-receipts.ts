import { LRUCache } from 'lru-cache';
import type { AccessChanges } from '#server/db/access-changes.ts';
import type { Services } from '#server/services.ts';
import type { PolicyRef } from './delivery-queries.ts';
import { type ReceiptRow, saveDelivery, saveReceipts } from './receipt-queries.ts';

/** What a client says of itself when it fetches, and which of the two questions it asked. */
export interface Fetch {
  client: string;
  /** Null where the User-Agent names none. */
  clientVersion: string | null;
  form: 'bundle' | 'requirements';
}

interface Receipt extends Fetch {
  workspaceId: string;
  memberId: string;
  policyKey: string;
  policy: PolicyRef | null;
  at: Date;
}

const gatherMs = 1_000;
const remembered = 200_000;

const rowOf = ({ workspaceId, memberId, policyKey, policy, client, clientVersion, form, at }: Receipt): ReceiptRow => ({
  workspace_id: workspaceId,
  member_id: memberId,
  policy_key: policyKey,
  policy_id: policy?.id ?? null,
  revision: policy?.revision ?? 0,
  client,
  client_version: clientVersion ?? '',
  form,
  first_at: at.toISOString(),
  last_at: at.toISOString(),
  fetches: 1,
});

const keyOf = ({ memberId, policyKey, client, clientVersion, form }: Receipt): string =>
  [memberId, policyKey, client, clientVersion, form].join('\n');

export interface Receipts {
  /** Whether the row was written by this process, so that only its count and time can change. */
  isKnown(receipt: Receipt): boolean;
  /** Writes that it is delivered, with its receipt. */
  deliver(receipt: Receipt): Promise<void>;
  /** Counts another fetch within a second, many in one statement. That it was delivered is written already. */
  repeat(receipt: Receipt): void;
  /** Writes what was counted so far. */
  flush(): Promise<void>;
}

function openReceipts({ db, log }: Pick<Services, 'db' | 'log'>): Receipts {
  const known = new LRUCache<string, true>({ max: remembered });
  const waiting = new Map<string, ReceiptRow>();
  let timer: NodeJS.Timeout | null = null;
  let writing: Promise<void> = Promise.resolve();

  const writeWaiting = async () => {
    const rows = [...waiting.values()];
    waiting.clear();
    if (rows.length === 0) return;
    try {
      await saveReceipts(db, rows);
    } catch (error) {
      log.warn({ err: error, fetches: rows.length }, 'repeated fetches of policies could not be counted');
    }
  };
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    writing = writing.then(writeWaiting);
    return writing;
  };
  return {
    isKnown: (receipt) => known.has(keyOf(receipt)),
    async deliver(receipt) {
      await saveDelivery(db, rowOf(receipt));
      known.set(keyOf(receipt), true);
    },
    repeat(receipt) {
      const key = keyOf(receipt);
      const row = waiting.get(key);
      if (row) {
        row.fetches += 1;
        row.last_at = receipt.at.toISOString();
      } else waiting.set(key, rowOf(receipt));
      known.get(key);
      timer ??= setTimeout(flush, gatherMs).unref();
    },
    flush,
  };
}

const opened = new WeakMap<AccessChanges, Receipts>();

/** The receipts of this process. */
export function receiptsOf(services: Pick<Services, 'db' | 'changes' | 'log'>): Receipts {
  const receipts = opened.get(services.changes) ?? openReceipts(services);
  opened.set(services.changes, receipts);
  return receipts;
}

/** Writes what was counted so far; for the end of the process. */
export const flushReceipts = (services: Pick<Services, 'db' | 'changes' | 'log'>): Promise<void> =>
  receiptsOf(services).flush();
