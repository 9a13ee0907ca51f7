import { EventEmitter } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import type { BuiltInRole } from '#contract/built-in-roles.ts';
import { openBlobFolder } from '#server/blobs/blob-folder.ts';
import { openBlobs } from '#server/blobs/open-blobs.ts';
import { readConfig } from '#server/config.ts';
import { newId } from '#server/crypto/ids.ts';
import { readKeyRing } from '#server/crypto/key-ring.ts';
import { createSecretBox } from '#server/crypto/secret-box.ts';
import { createSigner } from '#server/crypto/signer.ts';
import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { openEmptyDatabase } from './empty-database.ts';
import { createTestDns, type TestDns } from './servers/dns.ts';

export interface TestServices extends Services {
  /** Every line logged at error level; `close` fails when there are any that the test did not take out. */
  errorLines: string[];
  dns: TestDns;
  /** Where `blobs` writes. */
  blobsFolder: string;
  setNow: (now: Date | null) => void;
  close: () => Promise<void>;
}

const testKey = Buffer.alloc(32, 7).toString('base64');

/**
 * Services for one test file: an empty, migrated database in memory (or PostgreSQL at REEVE_TEST_DATABASE_URL), a clock that can be
 * set, and a log whose errors fail the test.
 */
export async function openTestServices(environment: Record<string, string> = {}): Promise<TestServices> {
  const config = readConfig({ REEVE_DATA: 'memory', REEVE_URL: 'https://reeve.test:8443', ...environment });
  const opened = await openEmptyDatabase();
  const errorLines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => errorLines.push(line) });
  await opened.changes.follow(log);
  const keys = await readKeyRing(`1:${testKey}`, 'the test');
  const secrets = createSecretBox(keys);
  const blobsFolder = await mkdtemp(join(tmpdir(), 'reeve-blobs-'));
  const dns = createTestDns();
  let fixedNow: Date | null = null;
  return {
    config,
    origin: 'https://reeve.test:8443',
    db: opened.db,
    changes: opened.changes,
    blobs: openBlobs({ db: opened.db, secrets, place: openBlobFolder(blobsFolder) }),
    blobsFolder,
    clock: () => fixedNow ?? new Date(),
    log,
    secrets,
    signerFor: (purpose) => createSigner(keys, purpose),
    signals: new EventEmitter(),
    resolveTxt: dns.resolveTxt,
    dns,
    errorLines,
    setNow: (now) => {
      fixedNow = now;
    },
    close: async () => {
      await opened.close();
      await rm(blobsFolder, { recursive: true, force: true, maxRetries: 5 });
      if (errorLines.length > 0) throw new Error(`logged as errors:\n${errorLines.join('')}`);
    },
  };
}

/** A workspace with one owner, the starting point of most tests. */
export async function seedWorkspace(
  db: Database,
  { name = 'Example Ltd' } = {},
): Promise<{ workspaceId: string; ownerId: string }> {
  const now = new Date();
  const workspaceId = newId('ws');
  await db
    .insertInto('workspaces')
    .values({ id: workspaceId, name, fallback_policy_id: null, created_at: now, updated_at: now })
    .execute();
  const ownerId = await seedMember(db, { workspaceId, email: 'ada@example.com', name: 'Ada Lovelace', role: 'owner' });
  return { workspaceId, ownerId };
}

export async function seedMember(
  db: Database,
  { workspaceId, email, name = email, role }: { workspaceId: string; email: string; name?: string; role?: BuiltInRole },
): Promise<string> {
  const id = newId('mem');
  const row = { id, workspace_id: workspaceId, email, name, status: 'active' as const, password_hash: null };
  await db
    .insertInto('members')
    .values({ ...row, created_at: new Date(), last_active_at: null })
    .execute();
  if (role)
    await db
      .insertInto('role_grants')
      .values({ workspace_id: workspaceId, role_id: role, member_id: id, group_id: null, granted_at: new Date() })
      .execute();
  return id;
}
