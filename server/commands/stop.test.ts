import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { type Installation, openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { inOrder } from '#testing/servers/model-script.ts';
import { message } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

/** An installation with a model that is held after the first part of its answer. */
async function withModelHeld(environment: Record<string, string>) {
  const gate = createGate();
  const upstream = await startResponsesServer({
    script: inOrder(message('one two three', { deltas: 3, midway: gate })),
  });
  onTestFinished(() => upstream.close());
  const reeve = await openInstallation(environment);
  const server = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: 'sk-upstream' }, 'corp-model');
  const { api } = organisation.owner;
  await api.workspace.updateSettings({ apiKeysAllowed: true });
  const { token } = await api.identity.createAccessToken({ kind: 'api-key', name: 'test', expiresInDays: 1 });
  return { gate, reeve, server, token };
}

async function startStream(reeve: Installation, token: string): Promise<IncomingMessage> {
  const call = request(`${reeve.origin}/v1/responses`, {
    method: 'POST',
    ca: reeve.authorityPem,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  call.end(JSON.stringify({ model: 'corp-model', stream: true, input: 'count' }));
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  return response;
}

test('a stop lets a running answer finish, and takes no new call meanwhile', async () => {
  const { gate, reeve, server, token } = await withModelHeld({});
  const response = await startStream(reeve, token);
  expect(response.statusCode).toBe(200);
  const whole = text(response);
  await gate.reached;
  server.kill('SIGTERM');
  await server.waitForOutput(/Stopping: running answers may finish/);
  await expect(startStream(reeve, token)).rejects.toThrow();
  gate.release();
  expect(await whole).toContain('response.completed');
  expect((await server.exit).exitCode).toBe(0);
});

test('an answer that does not end within the shutdown time is told why; its call stands in the activity', async () => {
  const { gate, reeve, server, token } = await withModelHeld({ REEVE_SHUTDOWN_TIMEOUT_SECONDS: '1' });
  const whole = text(await startStream(reeve, token));
  await gate.reached;
  server.kill('SIGTERM');
  expect(await whole).toMatch(/response\.failed/);
  expect((await server.exit).exitCode).toBe(0);
});

test('a second Ctrl-C ends at once', async () => {
  const { gate, reeve, server, token } = await withModelHeld({ REEVE_SHUTDOWN_TIMEOUT_SECONDS: '600' });
  const whole = text(await startStream(reeve, token)).catch(() => 'cut');
  await gate.reached;
  server.kill('SIGINT');
  await server.waitForOutput(/Ctrl-C once more ends them at once/);
  // Repeated, because one that comes too soon after the first counts as the same.
  const again = setInterval(() => server.kill('SIGINT'), 100);
  expect((await server.exit).exitCode).toBe(130);
  clearInterval(again);
  expect(await whole).toBe('cut');
  const restarted = await reeve.serve();
  expect(restarted.running).toBe(true);
});
