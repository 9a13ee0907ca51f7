import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Finished, Program } from '#server/stock-client/start-program.ts';
import {
  type ClientMachine,
  type ClientMachineOptions,
  createClientMachine,
} from '#testing/codex-cli/client-machine.ts';
import type { Organisation, Person } from './organisation.ts';

/** `--system` as root, or `--user` in the person's own files. */
export type JoinedAs = 'machine' | 'person';

export type JoinedClientOptions = Omit<ClientMachineOptions, 'env' | 'trustedCaPem'> & {
  as?: JoinedAs;
  env?: Record<string, string>;
};

const environmentFile = { machine: '/etc/profile.d/reeve-codex.sh', person: '"$CODEX_HOME/reeve-env.sh"' };

async function succeed(run: Promise<Finished>, what: string): Promise<Finished> {
  const finished = await run;
  if (finished.exitCode === 0) return finished;
  throw new Error(`${what} ended with ${finished.exitCode}\n${finished.stdout}\n${finished.stderr}`);
}

/** Runs what the server's /join.sh really is. @returns what `newTerminal` does */
async function runJoinScript(
  machine: ClientMachine,
  { origin, authorityPem }: Pick<Organisation, 'origin' | 'authorityPem'>,
  as: JoinedAs,
): Promise<Record<string, string>> {
  const root = path.dirname(machine.files.home.path);
  await writeFile(path.join(root, 'reeve-ca.pem'), authorityPem);
  await mkdir(path.join(root, 'var-lib'), { recursive: true });
  const scope = as === 'machine' ? '--system' : '--user';
  const join = `curl -fsS --cacert "$HOME/../reeve-ca.pem" ${origin}/join.sh | sh -s -- ${scope}`;
  // --system keeps what was there before in /var/lib, which is not private to the machine.
  const inside = 'exec unshare --mount -- sh -c \'mount --bind "$0" /var/lib && eval "$1"\' "$HOME/../var-lib" "$1"';
  await succeed(machine.shell(inside, { args: [join] }), `join.sh ${scope}`);
  return newTerminal(machine, as);
}

/** @returns the variables of the client that a new terminal of a machine that joined has */
export async function newTerminal(machine: ClientMachine, as: JoinedAs): Promise<Record<string, string>> {
  const { stdout } = await succeed(machine.shell(`. ${environmentFile[as]}; env -0`), 'reading the environment');
  const variables = stdout.split('\0').map((entry) => entry.split(/=(.*)/s).slice(0, 2));
  return Object.fromEntries(variables.filter(([name]) => name?.startsWith('CODEX_') && name !== 'CODEX_HOME'));
}

/** A developer's machine that joined Reeve by its own script; everything it starts has the environment of a new terminal. */
export async function openJoinedClient(
  organisation: Pick<Organisation, 'origin' | 'authorityPem'>,
  { as = 'person', env = {}, ...options }: JoinedClientOptions = {},
): Promise<ClientMachine> {
  const terminal: Record<string, string> = {};
  const machine = await createClientMachine({ ...options, env: terminal });
  try {
    Object.assign(terminal, await runJoinScript(machine, organisation, as), env);
    return machine;
  } catch (error) {
    await machine.close();
    throw error;
  }
}

export const deviceLogin = ({ origin }: Pick<Organisation, 'origin'>): string[] => [
  'login',
  '--device-auth',
  '--experimental_issuer',
  origin,
];

/** Starts a device sign-in. @returns the program, which waits for the answer, and the code it shows */
export async function startDeviceCode(
  machine: ClientMachine,
  organisation: Pick<Organisation, 'origin'>,
): Promise<{ program: Program; userCode: string }> {
  const program = machine.spawn(deviceLogin(organisation));
  program.endInput();
  const [userCode] = await program.waitForOutput(/[A-Z0-9]{4}-[A-Z0-9]{4}(?![-\w])/);
  return { program, userCode };
}

/** Signs the CLI in with a device code that this person approves in the browser. */
export async function signInWithDeviceCode(
  machine: ClientMachine,
  organisation: Pick<Organisation, 'origin'>,
  { api }: Person,
): Promise<void> {
  const { program, userCode } = await startDeviceCode(machine, organisation);
  await api.identity.approveDevice({ userCode });
  await succeed(program.exit, 'codex login --device-auth');
}

/** Opens the address a client asks for in this person's browser and continues to the client. */
export async function approveInBrowser({ api, browser }: Person, authorizeUrl: string): Promise<string> {
  const page = await browser.get(authorizeUrl);
  const uid = /^\/authorize\/([^/]+)$/.exec(page.url.pathname)?.[1];
  if (uid === undefined) throw new Error(`no approval page at ${page.url.href}: ${page.status} ${page.body}`);
  const { redirectTo } = await api.identity.approveAuthorization({ uid });
  return (await browser.get(redirectTo)).body;
}

/** A machine that joined and is signed in as this person. */
export async function openSignedInClient(
  organisation: Organisation,
  person: Person,
  options: JoinedClientOptions = {},
): Promise<ClientMachine> {
  const machine = await openJoinedClient(organisation, options);
  try {
    await signInWithDeviceCode(machine, organisation, person);
    return machine;
  } catch (error) {
    await machine.close();
    throw error;
  }
}
