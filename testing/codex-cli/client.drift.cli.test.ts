import { expect, onTestFinished, test } from 'vitest';
import { eachTurn, prompts, toolOutputs } from '#testing/servers/model-script.ts';
import { applyPatch, message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { createClientMachine } from './client-machine.ts';
import { codexVersionUnderTest } from './install-codex.ts';

const version = codexVersionUnderTest();

async function open(model: string, script: ReturnType<typeof eachTurn>) {
  const server = await startResponsesServer({ script, apiKey: 'sk-scripted' });
  onTestFinished(() => server.close());
  const client = await createClientMachine({
    configToml: `model = "${model}"\nopenai_base_url = "${server.baseUrl}"\ncheck_for_update_on_startup = false\n`,
    authJson: { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' },
    workFiles: { 'greet.txt': 'hello\n' },
    trustWorkFolder: true,
  });
  onTestFinished(() => client.close());
  return { server, client };
}

test(`codex exec ${version} changes files through the scripted model`, async () => {
  // The model is not in the catalog of 0.120, which therefore does not offer it apply_patch.
  const adding =
    version === '0.120.0'
      ? shellCommand("echo '# written offline' > notes.md")
      : applyPatch('*** Add File: notes.md\n+# written offline');
  const script = eachTurn(
    shellCommand("sed -i 's/hello/HELLO/' greet.txt && cat greet.txt"),
    adding,
    message('Shouted the greeting.'),
  );
  const { server, client } = await open('gpt-5.5', script);

  const run = await client.run(['exec', '-s', 'workspace-write', '--skip-git-repo-check', 'shout the greeting']);

  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Shouted the greeting.') });
  expect(await client.files.work.read('greet.txt')).toBe('HELLO\n');
  expect(await client.files.work.read('notes.md')).toBe('# written offline\n');
  expect(server.requests.map(({ outcome }) => outcome)).toEqual(['answered', 'answered', 'answered']);
  const { headers, body } = await server.waitForRequests(3);
  expect(headers.authorization).toBe('Bearer sk-scripted');
  expect(prompts(body)).toEqual(['shout the greeting']);
  expect(toolOutputs(body)[0]).toContain('HELLO');
});

test(`the TUI of ${version} starts with an API key, answers a prompt and leaves`, async () => {
  const { server, client } = await open('corp-model', eachTurn(message('Hello from the scripted model.')));
  const tui = client.tui();
  await tui.waitFor(/corp-model/);

  await tui.submit('say hello');
  await tui.waitFor(/Hello from the scripted model\./);
  expect(prompts((await server.waitForRequests(1)).body)).toEqual(['say hello']);

  await tui.submit('/status');
  await tui.waitFor(/Account: +API key/);
  await tui.quit();
  expect(tui.program.running).toBe(false);
});
