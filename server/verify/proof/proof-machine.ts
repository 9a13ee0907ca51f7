import { homedir } from 'node:os';
import { chatgptBaseUrl, clientAddresses, settingsFile } from '#server/connect/index.ts';
import type { ClientBinary } from '#server/stock-client/install-client.ts';
import { openScratchMachine, type ScratchMachine } from '#server/stock-client/scratch-machine.ts';
import type { Finished } from '#server/stock-client/start-program.ts';
import { addressOfOrigin } from './call-gateway.ts';
import { ownFolders } from './own-folders.ts';
import { readStatedPolicy } from './stated-policy.ts';
import type { ProofSubject } from './subject.ts';

const signInLimitMs = 40_000;

/** Where sockets of other programs and secrets of containers are, and what belongs to whoever runs Reeve. */
const alwaysHidden = () =>
  ['/run', homedir()].filter((folder) => folder !== '/' && !process.execPath.startsWith(`${folder}/`));

/** The machine of a developer who joined Reeve: what `join.sh --system` writes, and the origin's name leads to this process. */
export async function openProofMachine(subject: ProofSubject, client: ClientBinary): Promise<ScratchMachine> {
  const { origin, authorityPem } = subject;
  const { hostname } = new URL(origin);
  const isName = !/^[\d.]+$|^\[/.test(hostname);
  return openScratchMachine({
    version: client.version,
    client,
    env: { ...clientAddresses(origin) },
    isolated: {
      hide: [...alwaysHidden(), ...(subject.hide ?? [])],
      own: ownFolders(readStatedPolicy(subject.policy, client.version).values),
    },
    ...(isName ? { hosts: { [hostname]: await addressOfOrigin(subject) } } : {}),
    ...(authorityPem === null ? {} : { trustedCaPem: authorityPem }),
    etcFiles: {
      'codex/requirements.toml': `chatgpt_base_url = "${chatgptBaseUrl(origin)}"\nallowed_login_methods = ["chatgpt"]\n`,
      'codex/managed_config.toml': settingsFile({ origin }),
    },
  });
}

/** Signs the client of the machine in with a device code, as the synthetic member. */
export async function signIn(
  machine: ScratchMachine,
  { origin, approveDevice }: ProofSubject,
  signal: AbortSignal,
): Promise<Finished> {
  const program = machine.spawn(['login', '--device-auth', '--experimental_issuer', origin], { signal });
  program.endInput();
  const [userCode] = await program.waitForOutput(/[A-Z0-9]{4}-[A-Z0-9]{4}(?![-\w])/, { timeoutMs: signInLimitMs });
  await approveDevice(userCode);
  return program.exit;
}
