import { eachTurn, prompts } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';

export interface BenchModel {
  baseUrl: string;
  apiKey: string;
  name: string;
  /** When the first call with this prompt came in, as `Date.now()`. */
  firstCall(prompt: string): Promise<number>;
  close(): Promise<void>;
}

/** A model that runs one command, which changes a file, and is done. */
export async function startScriptedModel(): Promise<BenchModel> {
  const [apiKey, name] = ['sk-upstream-of-example-ltd', 'corp-model'];
  const calls = new Map<string, PromiseWithResolvers<number>>();
  const callOf = (prompt: string) => {
    const known = calls.get(prompt) ?? Promise.withResolvers<number>();
    calls.set(prompt, known);
    return known;
  };
  const work = eachTurn(shellCommand('echo changed > changed.txt'), message('Done.'));
  const server = await startResponsesServer({
    apiKey,
    models: [name],
    script: (request, ordinal) => {
      callOf(prompts(request).at(-1) ?? '').resolve(Date.now());
      return work(request, ordinal);
    },
  });
  return {
    ...{ baseUrl: server.baseUrl, apiKey, name },
    firstCall: (prompt) => callOf(prompt).promise,
    close: () => server.close(),
  };
}
