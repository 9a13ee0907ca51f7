import { execFile } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

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

export interface PrivateEtc {
  /** A program: `enter WORKING_FOLDER PROGRAM ARGUMENT…` runs PROGRAM with the machine's own /etc. */
  enter: string;
  etc: string;
  usrLocalShare: string;
}

let namespaceOptions: Promise<string> | undefined;

async function canMount(options: string): Promise<boolean> {
  const probe = ['-c', `exec unshare ${options} -- mount --bind /tmp /mnt`];
  return run('/bin/sh', probe).then(
    () => true,
    () => false,
  );
}

async function probeNamespaces(): Promise<string> {
  for (const options of ['--mount', '--user --map-root-user --mount']) if (await canMount(options)) return options;
  throw new Error(
    'cannot make a private mount namespace, which keeps the Codex tests off this machine’s /etc. Run them as root ' +
      '(in a container: with CAP_SYS_ADMIN), or allow user namespaces: sysctl user.max_user_namespaces=10000, and on ' +
      'Ubuntu also kernel.apparmor_restrict_unprivileged_userns=0',
  );
}

function hostsFile(hosts: Record<string, string>): string {
  const lines = ['127.0.0.1 localhost', '::1 localhost'];
  for (const [name, address] of Object.entries(hosts)) lines.push(`${address} ${name}`);
  for (const name of VENDOR_HOSTS) if (!(name in hosts)) lines.push(`${REFUSING_ADDRESS} ${name}`);
  return `${lines.join('\n')}\n`;
}

/**
 * Copies /etc below `root` and writes the program that mounts the copy in a namespace of its own. Every call mounts
 * again, so calls may overlap, what one writes the next one sees, and nothing is left to unmount.
 * /usr/local/share is private too: `update-ca-certificates` reads its additions from there.
 */
export async function createPrivateEtc(root: string, hosts: Record<string, string>): Promise<PrivateEtc> {
  namespaceOptions ??= probeNamespaces();
  const options = await namespaceOptions;
  const machine = {
    enter: path.join(root, 'enter'),
    etc: path.join(root, 'etc'),
    usrLocalShare: path.join(root, 'usr-local-share'),
  };
  // Not run as root, some files cannot be read; those are not for a client machine either.
  await run('cp', ['-a', '/etc', machine.etc]).catch(() => undefined);
  for (const secret of HOST_SECRETS) await rm(path.join(machine.etc, secret), { recursive: true, force: true });
  await rm(path.join(machine.etc, 'codex'), { recursive: true, force: true });
  await mkdir(machine.usrLocalShare);
  await cp('/usr/local/share/ca-certificates', path.join(machine.usrLocalShare, 'ca-certificates'), {
    recursive: true,
  }).catch(() => mkdir(path.join(machine.usrLocalShare, 'ca-certificates')));
  await writeFile(path.join(machine.etc, 'hosts'), hostsFile(hosts));
  await rm(path.join(machine.etc, 'resolv.conf'), { force: true });
  await writeFile(
    path.join(machine.etc, 'resolv.conf'),
    `nameserver ${REFUSING_ADDRESS}\noptions timeout:1 attempts:1\n`,
  );
  // Once credentials have changed in a user namespace the kernel forgets the death signal, hence setpriv last.
  const script = `#!/bin/sh
exec unshare ${options} -- /bin/sh -c '
  mount --bind "$0/etc" /etc && mount --bind "$0/usr-local-share" /usr/local/share && cd "$1" || exit 97
  shift
  exec setpriv --pdeathsig KILL -- "$@"
' '${root}' "$@"
`;
  await writeFile(machine.enter, script, { mode: 0o755 });
  return machine;
}
