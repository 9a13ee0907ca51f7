import { readFile } from 'node:fs/promises';
import type { ClientBinary } from '#server/stock-client/install-client.ts';
import { openProofMachine, signIn } from './proof-machine.ts';
import type { RunFacts, RunPlace, Trial } from './run-facts.ts';

/** One call with a client of another version, on a machine of its own that is gone afterwards. */
export async function runOtherClient(
  { subject, model, modelSlug, signal }: Trial,
  client: ClientBinary,
  { name }: RunPlace,
): Promise<Partial<RunFacts>> {
  await using machine = await openProofMachine(subject, client);
  const login = await signIn(machine, subject, signal);
  if (login.exitCode !== 0)
    return { ...login, failure: `The older client could not sign in: ${login.stderr.slice(-300)}` };
  const prompt = model.script(name, []);
  const finished = await machine.run(['exec', '--skip-git-repo-check', '-m', modelSlug, prompt], {
    signal,
    timeoutMs: 30_000,
  });
  const caches = ['cloud-config-bundle-cache.json', 'cloud-requirements-cache.json'];
  const read = caches.map(async (file) => [
    file,
    await readFile(machine.files.codexHome.file(file), 'utf8').catch(() => null),
  ]);
  return { ...finished, files: Object.fromEntries(await Promise.all(read)) };
}
