import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { hiddenPlaces, type Isolation, isolatedScript, type Mounting, privateFolders } from './isolation.ts';
import { quoted } from './quoted.ts';

const run = promisify(execFile);

// Names the stock clients call when nothing tells them otherwise. A test machine must never reach them, and an address
// that refuses at once keeps runs alike with and without internet.
const VENDOR_HOSTS = [
  'chatgpt.com',
  'chat.openai.com',
  'chatgpt-staging.com',
  'auth.openai.com',
  'api.openai.com',
  'ab.chatgpt.com',
  'api.github.com',
  'github.com',
  'raw.githubusercontent.com',
  'registry.npmjs.org',
];
const REFUSING_ADDRESS = '127.66.66.66';

const HOST_SECRETS = ['shadow', 'shadow-', 'gshadow', 'gshadow-', 'ssl/private', 'ssh', 'sudoers', 'sudoers.d'];

export interface PrivateMounts {
  /** A program: `enter WORKING_FOLDER PROGRAM ARGUMENT…` runs PROGRAM with the machine's own folders. */
  enter: string;
  etc: string;
  usrLocalShare: string;
  /** Where `packageFolder` is inside the machine; the repository itself may be below the hidden /tmp. */
  package: string;
}

let namespaceOptions: Promise<string> | undefined;

async function canMount(options: string): Promise<boolean> {
  const probe = ['-c', `exec unshare ${options} -- mount --rbind /tmp /mnt`];
  return run('/bin/sh', probe).then(
    () => true,
    () => false,
  );
}

async function probeNamespaces(): Promise<string> {
  for (const options of ['--mount', '--user --map-root-user --mount']) if (await canMount(options)) return options;
  throw new Error(
    'cannot make a private mount namespace, which keeps the stock client off this machine’s /etc. Run this as root ' +
      '(in a container: with CAP_SYS_ADMIN), or allow user namespaces: sysctl user.max_user_namespaces=10000, and on ' +
      'Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0',
  );
}

let hasMachine = false;

/**
 * Why no stock client can be started here, and what to do; null when one can. Looked at again until it can, and then no more: it is asked
 * every few seconds, and starting a program keeps a large process busy.
 */
export async function whyNoMachine(): Promise<string | null> {
  if (hasMachine) return null;
  if (process.platform !== 'linux')
    return 'This server does not run Linux. The stock client is started apart from the machine in a mount namespace, which only Linux has: run proofs on a server with Linux.';
  for (const program of ['flock', 'unshare', 'setpriv', 'mount']) {
    const isThere = await run('/bin/sh', ['-c', `command -v ${program}`]).then(
      () => true,
      () => false,
    );
    if (!isThere) return `The program ${program} is missing on this server. Install the package util-linux.`;
  }
  try {
    namespaceOptions ??= probeNamespaces();
    await namespaceOptions;
    hasMachine = true;
    return null;
  } catch (error) {
    namespaceOptions = undefined;
    return `This server ${(error as Error).message}.`;
  }
}

function hostsFile(hosts: Record<string, string>): string {
  const lines = 'localhost' in hosts ? [] : ['127.0.0.1 localhost', '::1 localhost'];
  for (const [name, address] of Object.entries(hosts)) lines.push(`${address} ${name}`);
  for (const name of VENDOR_HOSTS) if (!(name in hosts)) lines.push(`${REFUSING_ADDRESS} ${name}`);
  return `${lines.join('\n')}\n`;
}

async function copyEtc(etc: string, hosts: Record<string, string>): Promise<void> {
  // Not run as root, some files cannot be read; those are not for a client machine either.
  await run('cp', ['-a', '/etc', etc]).catch(() => undefined);
  for (const left of [...HOST_SECRETS, 'codex', 'resolv.conf', 'hosts']) {
    await rm(path.join(etc, left), { recursive: true, force: true });
  }
  await writeFile(path.join(etc, 'hosts'), hostsFile(hosts));
  await writeFile(path.join(etc, 'resolv.conf'), `nameserver ${REFUSING_ADDRESS}\noptions timeout:1 attempts:1\n`);
}

// Once credentials have changed in a user namespace the kernel forgets the death signal, hence setpriv last.
const plainScript = ({ root, packageFolder, options }: Mounting) => `#!/bin/sh
exec unshare ${options} -- /bin/sh -c '
  ${privateFolders} && cd "$2" || exit 97
  shift 2
  exec setpriv --pdeathsig KILL -- "$@"
' ${quoted(root)} ${quoted(packageFolder)} "$@"
`;

/**
 * Prepares the machine's own folders below `root` and writes the program that mounts them in a namespace of its own.
 * Every call mounts again, so calls may overlap, what one writes the next one sees, and nothing is left to unmount.
 *
 * Private are /etc; /usr/local/share, where `update-ca-certificates` looks for additions; and /tmp, where the CLI keeps
 * the socket of its background server under a name made of the user id alone.
 */
export async function createPrivateMounts(
  root: string,
  {
    hosts,
    packageFolder,
    isolated,
  }: { hosts: Record<string, string>; packageFolder: string; isolated?: Isolation | undefined },
): Promise<PrivateMounts> {
  namespaceOptions ??= probeNamespaces();
  const options = await namespaceOptions;
  const machine: PrivateMounts = {
    enter: path.join(root, 'enter'),
    etc: path.join(root, 'etc'),
    usrLocalShare: path.join(root, 'usr-local-share'),
    package: path.join(root, 'package'),
  };
  await copyEtc(machine.etc, hosts);
  const hidden = isolated ? await hiddenPlaces(isolated, root) : [];
  for (const place of hidden.filter((one) => one.startsWith('/etc/')))
    await rm(path.join(machine.etc, place.slice('/etc/'.length)), { recursive: true, force: true });
  await mkdir(machine.package);
  await mkdir(path.join(root, 'tmp'));
  await chmod(path.join(root, 'tmp'), 0o1777);
  await mkdir(machine.usrLocalShare);
  const additions = path.join(machine.usrLocalShare, 'ca-certificates');
  await cp('/usr/local/share/ca-certificates', additions, { recursive: true }).catch(() => mkdir(additions));
  const given = { root, packageFolder, options };
  const script = isolated ? isolatedScript(given, { hidden, own: isolated.own ?? [] }) : plainScript(given);
  await writeFile(machine.enter, script, { mode: 0o755 });
  return machine;
}
