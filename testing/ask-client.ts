import type { TestedClient } from '#contract/tested-clients.ts';
import { createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { signedInMember, startPolicyAnswers } from '#testing/servers/policy-answers.ts';

/**
 * Each answer gets a new CODEX_HOME, so that no cached policy answers for it. Outside a repository `codex exec` ends right after it
 * has read its configuration, before it calls anybody: the shortest way to hear what a client says, and all versions have it.
 */
const askForEach = `
seq 0 "$(( $1 - 1 ))" | xargs -P "$3" -I{} sh -c '
  home="$HOME/probes/{}"
  mkdir -p "$home/.codex" && cp "$CODEX_HOME/auth.json" "$home/.codex/"
  printf "chatgpt_base_url = \\"%s/{}/backend-api/\\"\\n" "$0" > "$home/.codex/config.toml"
  HOME="$home" CODEX_HOME="$home/.codex" codex exec hello < /dev/null > "$home.out" 2>&1
  rm -rf "$home"; true
' "$2"
`;

const startsWith = 'Not inside a trusted directory';

/** 0.140 waits a second for the network at start, on no processor. */
const atOnce = (version: TestedClient): number => (version === '0.140.0' ? 8 : 2);

/**
 * What the stock client says when its server answers with these policies, in their order: null when it starts, else its reason not to.
 * An answer is a bundle, for 0.120 `{ contents }`.
 */
export async function askClient(version: TestedClient, answers: readonly unknown[]): Promise<(string | null)[]> {
  const asked = new Set<number>();
  await using server = await openAnswers((path) => {
    const index = Number(path.split('/')[1]);
    asked.add(index);
    return answers[index];
  });
  await using client = await createClientMachine({ version, authJson: signedInMember() });
  const { exitCode, stderr } = await client.shell(askForEach, {
    args: [String(answers.length), server.origin, String(atOnce(version))],
    timeoutMs: 390_000,
  });
  if (exitCode !== 0 || stderr !== '') throw new Error(`asking the client ended with ${exitCode}: ${stderr}`);
  const unasked = answers.findIndex((_, index) => !asked.has(index));
  if (unasked >= 0) throw new Error(`the client did not ask for answer ${unasked}`);
  return Promise.all(
    answers.map(async (_, index) => {
      const printed = await client.files.home.read(`probes/${index}.out`);
      if (printed.includes(startsWith)) return null;
      return printed.trim() || 'said nothing';
    }),
  );
}

async function openAnswers(answer: (path: string) => unknown) {
  const server = await startPolicyAnswers(answer);
  return { origin: server.origin, [Symbol.asyncDispose]: () => server.close() };
}
