import type { EventEmitter } from 'node:events';
import type { Logger } from 'pino';
import type { BlobStore } from './blobs/open-blobs.ts';
import type { Config } from './config.ts';
import type { SecretBox } from './crypto/secret-box.ts';
import type { Signer } from './crypto/signer.ts';
import type { AccessChanges } from './db/access-changes.ts';
import type { Database } from './db/open-database.ts';

/** The present, replaceable in tests that need another day. */
export type Clock = () => Date;

/** Somebody's access changed: gateway streams and caches that concern them end at once. `memberId` null: the whole workspace. */
export interface AccessChange {
  workspaceId: string;
  memberId: string | null;
  because: 'local-off' | 'member-suspended' | 'member-removed' | 'signed-out' | 'roles-changed' | 'settings' | 'policy';
}

/** In-process signals. Other processes notice by their own look at the database. */
export type Signals = EventEmitter<{ 'access-changed': [AccessChange]; stopping: [] }>;

/** Built once in `server/start.ts`; functions take the part they need: `({ db, clock }: Pick<Services, 'db' | 'clock'>)`. */
export interface Services {
  config: Config;
  /** The public origin, `https://host[:port]`. */
  origin: string;
  db: Database;
  /** What may be kept in memory, and until when: see `db/keep-facts.ts`. */
  changes: AccessChanges;
  /** Immutable files, encrypted before they reach the disk. */
  blobs: BlobStore;
  clock: Clock;
  log: Logger;
  secrets: SecretBox;
  /** A signer with its own derived key, for example `signerFor('policy-revision')`. */
  signerFor: (purpose: string) => Signer;
  signals: Signals;
  /** The TXT records of a DNS name, each in its parts. Rejects with `code` ENOTFOUND or ENODATA when there are none. */
  resolveTxt: (name: string) => Promise<string[][]>;
}
