import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { ProofAttempt, ProofVerdict } from '#contract/proofs.ts';
import { testedClients } from '#contract/tested-clients.ts';
import type { Database } from '#server/db/open-database.ts';
import { createHttpApp } from '#server/http/create-http-app.ts';
import { mountOwnApi } from '#server/http/own-api.ts';
import type { ProofOutcome } from '#server/verify/proof/prove-policy.ts';
import type { Prove } from '#server/verify/runs/prove-cell.ts';
import { proofRoutes } from '#server/verify/runs/routes.ts';
import { runProof } from '#server/verify/runs/run-proof.ts';
import { takeWaitingRun } from '#server/verify/runs/run-queries.ts';
import { apiClient } from './own-api-client.ts';
import { seedPolicy } from './seed-policy.ts';
import { signedInAs } from './signed-in-as.ts';
import { openTestServices, seedWorkspace, type TestServices } from './test-services.ts';

export const place = { listenAddress: { host: '127.0.0.1', port: 8443 }, authorityPem: null };

export const attemptWith = (
  attempt: string,
  verdict: ProofVerdict,
  more: Partial<ProofAttempt> = {},
): ProofAttempt => ({
  position: 0,
  attempt,
  title: `Tries ${attempt}`,
  constraint: attempt,
  surface: 'exec',
  expected: 'It is refused.',
  observed: 'It was looked at.',
  verdict,
  evidence: [{ kind: 'client-output', title: 'codex exec', text: `what ${attempt} printed` }],
  durationMs: 12,
  ...more,
});

/** What a proof with these attempts comes to. */
export function outcomeOf(given: readonly ProofAttempt[]): ProofOutcome {
  const attempts = given.map((attempt, position) => ({ ...attempt, position }));
  const counts = { held: 0, broken: 0, 'not-enforced': 0, 'not-tried': 0, inconclusive: 0 };
  for (const { verdict } of attempts) counts[verdict] += 1;
  const verdict =
    counts.broken > 0
      ? 'broken'
      : counts.inconclusive > 0
        ? 'inconclusive'
        : counts['not-enforced'] > 0
          ? 'partly'
          : 'held';
  return { attempts, verdict, counts };
}

/** A proof in place of the real one: it says what it did as the real one does. */
export const proofThat =
  (attempts: (subject: Parameters<Prove>[0]) => readonly ProofAttempt[] | Promise<readonly ProofAttempt[]>): Prove =>
  async (subject, { onAttempt, onProgress }) => {
    const outcome = outcomeOf(await attempts(subject));
    for (const [done, attempt] of outcome.attempts.entries()) {
      onProgress({ done, total: outcome.attempts.length, now: attempt.title });
      onAttempt(attempt);
    }
    return outcome;
  };

export interface ProofRuns {
  services: TestServices;
  workspaceId: string;
  ownerId: string;
  call: ReturnType<typeof apiClient>['call'];
  policy(name: string, contents: string): Promise<string>;
  start(input?: object): Promise<{ id: string; number: number }>;
  /** Carries out what waits, as a process of its own would. @returns whether something waited */
  proveNext(prove: Prove, options?: { runner?: string; stopping?: AbortSignal }): Promise<boolean>;
  events(): Promise<string[]>;
}

/** What tells that a client is installed, without the hundreds of megabytes: nothing here starts one. */
async function layOutClients(folder: string): Promise<void> {
  for (const version of testedClients) {
    const modules = join(folder, version, 'node_modules');
    const bin = join(modules, `@openai/codex-linux-${process.arch}/vendor/test-linux-musl/bin`);
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'codex'), version);
    await writeFile(join(modules, '.package-lock.json'), '{}');
  }
}

/** A workspace whose proofs can be started over the API and carried out with a proof that the test brings. */
export async function openProofRuns(environment: Record<string, string> = {}): Promise<ProofRuns> {
  const clients = await mkdtemp(join(tmpdir(), 'reeve-clients-'));
  const opened = await openTestServices({ REEVE_CLIENTS_FOLDER: clients, ...environment });
  const close = async () => {
    await opened.close();
    await rm(clients, { recursive: true, force: true, maxRetries: 5 });
  };
  const services: TestServices = { ...opened, close };
  await layOutClients(clients);
  const { db, clock } = services;
  const { workspaceId, ownerId } = await seedWorkspace(db);
  const owner = signedInAs({ memberId: ownerId, workspaceId });
  const app = createHttpApp({ log: services.log, trustedProxies: [] });
  mountOwnApi(app, {
    router: { proofs: proofRoutes(services) },
    origin: services.origin,
    readMember: async () => owner,
  });
  const { call } = apiClient(app);
  return {
    services,
    workspaceId,
    ownerId,
    call,
    policy: (name, contents) => seedPolicy(db, workspaceId, { name, contents }),
    async start(input = {}) {
      const { status, body } = await call<{ run: { id: string; number: number } }>('POST', '/verify/runs', input);
      if (status !== 200) throw new Error(`not started: ${JSON.stringify(body)}`);
      return body.run;
    },
    async proveNext(prove, { runner = 'test', stopping = new AbortController().signal } = {}) {
      const run = await takeWaitingRun(db, { runner, at: clock() });
      if (run) await runProof(services, place, { run, runner, prove, stopping });
      return run !== undefined;
    },
    async events() {
      const rows = await db
        .selectFrom('audit_events')
        .select('event')
        .where('workspace_id', '=', workspaceId)
        .orderBy('at')
        .orderBy('id')
        .execute();
      return rows.map(({ event }) => event);
    },
  };
}

/** Every table of the database in which a row mentions one of these texts, in whichever column. */
export async function tablesThatMention(db: Database, texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await sql<{ table_name: string }>`
    select table_name from information_schema.tables
    where table_schema = current_schema() and table_type = 'BASE TABLE' order by table_name`.execute(db);
  const found: string[] = [];
  for (const { table_name } of tables)
    for (const text of texts) {
      const { rows } = await sql`
        select 1 from ${sql.table(table_name)} t where strpos(t::text, ${text}) > 0 limit 1`.execute(db);
      if (rows.length > 0) found.push(`${table_name}: ${text}`);
    }
  return found;
}
