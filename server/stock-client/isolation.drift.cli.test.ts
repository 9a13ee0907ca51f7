import { expect, test } from 'vitest';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { eachTurn, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { openScratchMachine } from './scratch-machine.ts';

const version = codexVersionUnderTest();

test(`the sandbox of ${version} works inside an isolated machine`, async () => {
  const server = await startResponsesServer({
    apiKey: 'sk-scripted',
    script: eachTurn(shellCommand('echo ran; echo pwned > made.txt'), message('Tried.')),
  });
  await using client = await openScratchMachine({
    version,
    configToml: `model = "gpt-5.5"\nopenai_base_url = "${server.baseUrl}"\n`,
    authJson: { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' },
    isolated: { hide: ['/var/lib/reeve'] },
  });
  try {
    await client.run(['exec', '--skip-git-repo-check', '-s', 'read-only', 'write a file']);
    const last = await server.waitForRequests(2);
    // The two streams come in any order.
    expect(toolOutputs(last.body)[0]).toContain('ran');
    expect(toolOutputs(last.body)[0]).toContain('Read-only file system');
    expect(client.files.work.exists('made.txt')).toBe(false);
  } finally {
    await server.close();
  }
});
