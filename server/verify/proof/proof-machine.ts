import { chatgptBaseUrl, clientAddresses, settingsFile } from '#server/connect/index.ts';
import { openScratchMachine, type ScratchMachine } from '#server/stock-client/scratch-machine.ts';
import type { ClientBinary } from '#server/stock-client/install-client.ts';
import type { Finished } from '#server/stock-client/start-program.ts';
import type { ProofSubject } from './subject.ts';

const signInLimitMs = 40_000;

/** The machine of a developer who joined Reeve: what `join.sh --system` writes, and the origin's name leads to this process. */
export async function openProofMachine(
  { origin, listenAddress, authorityPem, faults }: ProofSubject,
  client: ClientBinary,
): Promise<ScratchMachine> {
  const { hostname } = new URL(origin);
  const { host } = faults?.listenAddress ?? listenAddress;
  const pem = [authorityPem, faults?.authorityPem].filter((text) => text != null).join('\n');
  return openScratchMachine({
    version: client.version,
    client,
    env: { ...clientAddresses(origin) },
    ...(/^[\d.]+$|^\[/.test(hostname) ? {} : { hosts: { [hostname]: host } }),
    ...(pem === '' ? {} : { trustedCaPem: pem }),
    etcFiles: {
      'codex/requirements.toml': `chatgpt_base_url = "${chatgptBaseUrl(origin)}"\nallowed_login_methods = ["chatgpt"]\n`,
      'codex/managed_config.toml': settingsFile({ origin }),
    },
  });
}

/** Signs the client of the machine in with a device code, as the synthetic member. */
export async function signIn(machine: ScratchMachine, { origin, approveDevice }: ProofSubject, signal: AbortSignal): Promise<Finished> {
  const program = machine.spawn(['login', '--device-auth', '--experimental_issuer', origin], { signal });
  program.endInput();
  const [userCode] = await program.waitForOutput(/[A-Z0-9]{4}-[A-Z0-9]{4}(?![-\w])/, { timeoutMs: signInLimitMs });
  await approveDevice(userCode);
  return program.exit;
}
