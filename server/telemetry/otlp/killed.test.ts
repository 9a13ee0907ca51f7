import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readKeyRing } from '#server/crypto/key-ring.ts';
import { createSigner } from '#server/crypto/signer.ts';
import { openDatabase } from '#server/db/open-database.ts';
import { telemetryTokenOf } from '#server/policies/index.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { logsBody, otlpHeaders } from '#testing/otlp-sender.ts';
import { type Installation, openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { type PostgresServer, startPostgres } from '#testing/servers/postgres.ts';

const senders = 12;
const requestsEach = 30;
const eventsEach = 5;
const kills = 3;
const masterKey = Buffer.alloc(32, 5).toString('base64');

let postgres: PostgresServer;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** @returns the status, or null when no answer came */
function post({ origin, authorityPem }: Installation, token: string, body: string): Promise<number | null> {
  const options = {
    method: 'POST',
    ca: authorityPem,
    agent: false,
    timeout: 15_000,
    headers: otlpHeaders(token),
  } as const;
  return new Promise((resolve) => {
    const call = request(`${origin}/otel/v1/logs`, options, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? null));
      answer.once('error', () => resolve(null));
    });
    call.once('error', () => resolve(null));
    call.once('timeout', () => call.destroy());
    call.end(body);
  });
}

const callId = (sender: number, index: number, event: number) => `call_${sender}_${index}_${event}`;

/** One request in half of its events known by an id of the client, in the other half by everything it says. */
function bodyOf(sender: number, index: number): string {
  const at = new Date(Date.UTC(2026, 10, 26, 10, 0, 0) + index * 1_000).toISOString();
  const records = Array.from({ length: eventsEach }, (_, event) => ({
    name: event % 2 === 0 ? 'codex.tool_result' : 'codex.api_request',
    attributes: { tool_name: 'exec_command', call_id: callId(sender, index, event), success: 'true', duration_ms: '1' },
    threadId: `019a6f3e-7c1d-7aa0-9b55-${String(sender).padStart(12, '0')}`,
    at,
  }));
  return JSON.stringify(logsBody(records));
}

test.each(['PGlite', 'PostgreSQL'])('kill -9 again and again loses and doubles no event (%s)', async (engine) => {
  const reeve = await openInstallation({
    REEVE_MASTER_KEY: masterKey,
    ...(engine === 'PGlite' ? {} : { REEVE_DATABASE_URL: postgres.url }),
  });
  let server = await reeve.serve();
  const { owner, workspaceId } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  const keys = await readKeyRing(masterKey, 'the test');
  const signerFor = (purpose: string) => createSigner(keys, purpose);
  const token = await telemetryTokenOf({ signerFor }, { workspaceId, memberId: owner.memberId });

  let answered = 0;
  let tries = 0;
  const send = async (sender: number) => {
    for (let index = 0; index < requestsEach; index += 1) {
      const body = bodyOf(sender, index);
      for (;;) {
        tries += 1;
        const status = await post(reeve, token, body);
        if (status === 200) break;
        expect([null, 429, 503]).toContain(status);
        await wait(50);
      }
      answered += 1;
      // A client that did not hear the answer sends it again.
      if (index % 7 === 0) await post(reeve, token, body);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)));
  const all = senders * requestsEach;
  for (let kill = 1; kill <= kills; kill += 1) {
    await expect.poll(() => answered, { interval: 2 }).toBeGreaterThanOrEqual((all * kill) / (kills + 2));
    server.kill('SIGKILL');
    expect((await server.exit).signal).toBe('SIGKILL');
    server = await reeve.serve();
  }
  await sending;
  expect(tries).toBeGreaterThan(all);
  server.kill('SIGTERM');
  expect((await server.exit).exitCode).toBe(0);

  const { db, close } = await openDatabase({
    url: engine === 'PGlite' ? null : postgres.url,
    dataFolder: reeve.dataFolder,
  });
  const rows = await db
    .selectFrom('activity_events')
    .select(['call_id', 'kind', 'detail'])
    .where('source', '=', 'otel')
    .execute();
  await close();
  const known = rows.flatMap(({ kind, call_id }) => (kind === 'tool.completed' ? (call_id ?? []) : [])).sort();
  const expected = Array.from({ length: senders }, (_, sender) =>
    Array.from({ length: requestsEach }, (_, index) => [0, 2, 4].map((event) => callId(sender, index, event))),
  ).flat(2);
  expect(known).toEqual(expected.sort());
  expect(rows).toHaveLength(all * eventsEach);
});
