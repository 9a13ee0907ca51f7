import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '#server/config.ts';
import { openMigratedDatabase } from '#server/start.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { type Installation, openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

const rounds = 3;
const clients = 6;
const callsBeforeKill = 40;

/** The id of an answer that the client saw to its end; null when there was none. */
async function callOnce({ origin, authorityPem }: Installation, token: string, agent: Agent): Promise<string | null> {
  const call = request(`${origin}/v1/responses`, {
    method: 'POST',
    agent,
    ca: authorityPem,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  call.end(JSON.stringify({ model: 'corp-model', stream: true, input: 'go' }));
  try {
    const [answer] = (await once(call, 'response')) as [IncomingMessage];
    // Bytes that arrived before the connection broke count as seen, too.
    let seen = '';
    answer.setEncoding('utf8').on('data', (chunk: string) => {
      seen += chunk;
    });
    await once(answer, 'close');
    const [, last] = /event: response\.completed\ndata: (.+)\n\n/.exec(seen) ?? [];
    return last === undefined ? null : JSON.parse(last).response.id;
  } catch {
    return null;
  }
}

async function readStored({ dataFolder }: Installation) {
  const { opened } = await openMigratedDatabase(readConfig({ REEVE_DATA: dataFolder }));
  try {
    const calls = await opened.db.selectFrom('model_calls').select(['id', 'outcome', 'response_id']).execute();
    const events = await opened.db
      .selectFrom('activity_events')
      .select(['kind', 'call_id', 'outcome', 'detail'])
      .execute();
    return { calls, events };
  } finally {
    await opened.close();
  }
}

test('kill -9 loses and doubles no call whose answer a client saw to its end', async () => {
  let ordinal = 0;
  const upstream = await startResponsesServer({
    script: () => (ordinal++ % 2 === 0 ? message('hello') : shellCommand('ls')),
  });
  onTestFinished(() => upstream.close());
  const reeve = await openInstallation();
  let server = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: 'sk-upstream' }, 'corp-model');
  const { api } = organisation.owner;
  await api.workspace.updateSettings({ apiKeysAllowed: true });
  const { token } = await api.identity.createAccessToken({ kind: 'api-key', name: 'test', expiresInDays: 1 });
  const seen: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const agent = new Agent({ keepAlive: true });
    const keepCalling = async () => {
      while (server.running) {
        const id = await callOnce(reeve, token, agent);
        if (id === null) continue;
        seen.push(id);
        if (seen.length === round * callsBeforeKill) server.kill('SIGKILL');
      }
    };
    await Promise.all(Array.from({ length: clients }, keepCalling));
    agent.destroy();
    expect((await server.exit).signal).toBe('SIGKILL');
    server = await reeve.serve();
  }
  server.kill('SIGTERM');
  await server.exit;

  const { calls, events } = await readStored(reeve);
  const stored = calls.map(({ response_id }) => response_id);
  const ofCalls = events.filter(({ kind }) => kind === 'model.call');
  const told = ofCalls.map(({ detail }) => detail.responseId);
  expect(seen.length).toBeGreaterThanOrEqual(rounds * callsBeforeKill);
  expect(seen.filter((id) => !stored.includes(id))).toEqual([]);
  expect(seen.filter((id) => told.filter((each) => each === id).length !== 1)).toEqual([]);
  // Every call that is known has ended, and is one event.
  expect(calls.filter(({ outcome }) => outcome === 'running')).toEqual([]);
  expect(ofCalls.map(({ call_id }) => call_id).sort()).toEqual(calls.map(({ id }) => id).sort());
  const answered = events.filter(({ kind }) => kind === 'response.received' || kind === 'tool.suggested');
  expect(answered).toHaveLength(ofCalls.filter(({ outcome }) => outcome === 'completed').length);
});
