import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { DEFAULT_CODEX_VERSION } from '#testing/codex-cli/install-codex.ts';
import { eachTurn, toolOutputs } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

/** What the client did with a command line of the model; `reason` is what it told the model when it refused. */
export type Observed = { did: 'ran' } | { did: 'forbidden' | 'asked'; reason: string };

export interface ObservedClient extends AsyncDisposable {
  /** Has the model ask for these command lines one after the other, in one turn without a sandbox and without anyone to ask. */
  observe(commandLines: readonly string[]): Promise<Observed[]>;
}

// The client quotes the reason as Rust does: every quote and backslash of it is escaped, twice with the outer message.
function readOutput(output: string): Observed {
  if (/^Process exited|\nProcess exited|^Wall time|\nOutput:/.test(output)) return { did: 'ran' };
  const reason = /Rejected\(\\?"([\s\S]*?)\\?"\)/.exec(output)?.[1];
  if (reason === undefined) throw new Error(`the client answered something else: ${output}`);
  if (reason.startsWith('approval required by policy')) return { did: 'asked', reason };
  return { did: 'forbidden', reason: reason.replace(/^[\s\S]*` rejected: /, '') };
}

/** The pinned client under these requirements and, if given, rules of the member's own. */
export async function openObservedClient(options: {
  requirements: string;
  memberRules?: string;
}): Promise<ObservedClient> {
  const server = await startResponsesServer({ apiKey: 'sk-scripted' });
  const client: ClientMachine = await createClientMachine({
    version: DEFAULT_CODEX_VERSION,
    configToml: `model = "gpt-5.5"\nopenai_base_url = "${server.baseUrl}"\ncheck_for_update_on_startup = false\n`,
    authJson: { auth_mode: 'apikey', OPENAI_API_KEY: 'sk-scripted' },
    etcFiles: { 'codex/requirements.toml': options.requirements },
    trustWorkFolder: true,
  });
  if (options.memberRules !== undefined) await client.files.codexHome.write('rules/default.rules', options.memberRules);
  return {
    observe: async (commandLines) => {
      server.play(eachTurn(...commandLines.map((line) => shellCommand(line)), message('done')));
      const flags = ['--dangerously-bypass-approvals-and-sandbox', '--skip-git-repo-check', '--ephemeral'];
      const run = await client.run(['exec', ...flags, 'run them']);
      const outputs = toolOutputs(server.requests.at(-1)?.body ?? { model: '', input: [] });
      if (outputs.length !== commandLines.length) {
        throw new Error(`${outputs.length} of ${commandLines.length} were answered: ${run.stderr}`);
      }
      return outputs.map(readOutput);
    },
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await server.close();
    },
  };
}
