import { createOwnerLink } from '#server/directory/index.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { prompts, type Script } from '#testing/servers/model-script.ts';
import { message } from '#testing/servers/model-steps.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

export const upstreamKey = 'sk-upstream-of-example-ltd';
export const corpModel = 'corp-model';

export interface Acceptance extends AsyncDisposable {
  reeve: TestReeve;
  organisation: Organisation;
  upstream: ResponsesServer;
  /** What the model answers to this prompt, for tests that share one upstream. */
  onPrompt(prompt: string, script: Script): void;
  close(): Promise<void>;
}

/** The real server with an example organisation and a scripted model upstream; one for a whole test file. */
export async function openAcceptance(environment: Record<string, string> = {}): Promise<Acceptance> {
  const scripts = new Map<string, Script>();
  const upstream = await startResponsesServer({
    apiKey: upstreamKey,
    models: [corpModel],
    script: (request, ordinal) => {
      const script = scripts.get(prompts(request).at(-1) ?? '');
      return script ? script(request, ordinal) : message('No script for this prompt.');
    },
  });
  const reeve = await startTestReeve(environment).catch(async (error: unknown) => {
    await upstream.close();
    throw error;
  });
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const address = { origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' };
  const organisation = await foundOrganisation(address, url);
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: upstreamKey }, corpModel);
  const close = async () => {
    await upstream.close();
    await reeve.close();
  };
  return {
    reeve,
    organisation,
    upstream,
    onPrompt: (prompt, script) => scripts.set(prompt, script),
    close,
    [Symbol.asyncDispose]: close,
  };
}
