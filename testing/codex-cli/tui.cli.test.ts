import { expect, onTestFinished, test } from 'vitest';
import { createGate } from '#testing/gate.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { createClientMachine } from './client-machine.ts';

async function openTuiMachine(script = eachTurn(message('Hello.'))) {
  const server = await startResponsesServer({ script });
  onTestFinished(() => server.close());
  const client = await createClientMachine({
    configToml: `model = "corp-model"\nopenai_base_url = "${server.baseUrl}"\ncheck_for_update_on_startup = false\n`,
    authJson: { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' },
    trustWorkFolder: true,
  });
  onTestFinished(() => client.close());
  return { server, client };
}

test('a turn in mid-stream can be looked at and stopped', async () => {
  const midway = createGate();
  const { server, client } = await openTuiMachine(
    eachTurn(message('First line.\nSecond line.\n', { deltas: 2, midway })),
  );
  const tui = client.tui();
  await tui.waitFor(/corp-model/);
  await tui.submit('count');
  await midway.reached;
  await tui.waitFor(/esc to interrupt/);

  tui.press('escape');
  const request = await server.waitForRequests(1);
  expect(await request.ended).toBe('client-left');
  await tui.waitFor(/interrupted/i);
});

test('the app-server speaks JSON-RPC', async () => {
  const { client } = await openTuiMachine();
  const appServer = client.appServer();
  await appServer.initialize();
  expect(await appServer.request('account/read', {})).toMatchObject({ account: { type: 'apiKey' } });
  await expect(appServer.request('no/such/method')).rejects.toThrow(/no\/such\/method/);

  const { thread } = (await appServer.request('thread/start', { cwd: client.files.work.path })) as {
    thread: { id: string };
  };
  await appServer.request('turn/start', { threadId: thread.id, input: [{ type: 'text', text: 'hi' }] });
  const done = await appServer.waitForNotice('turn/completed');
  expect(done.params).toMatchObject({ turn: { status: 'completed' } });
  await appServer.close();
});
