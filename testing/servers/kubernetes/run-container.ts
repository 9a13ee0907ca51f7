import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { V1Container } from '@kubernetes/client-node';

export interface StandInContainer {
  name: string;
  /** When every process of it is gone. */
  ended: Promise<{ exitCode: number }>;
  /** As a kubelet does: by its first process. */
  kill(): Promise<void>;
}

const repository = resolve(import.meta.dirname, '../../..');
const isRoot = process.getuid?.() === 0;

// What a runtime does, as far as these tests need it: namespaces of its own, a root that cannot be written, the volumes where they belong.
// Memory, processors and the network are not limited here; only a real cluster does that.
const script = `
set -e
root=$1; node=$2; reeve=$3; user=$4; shift 4
mount -t tmpfs -o mode=0755,size=1m tmpfs "$root"
for name in bin sbin lib lib32 lib64; do
  if [ -L "/$name" ]; then cp -P "/$name" "$root/$name"; elif [ -d "/$name" ]; then mkdir "$root/$name"; mount --rbind "/$name" "$root/$name"; fi
done
mkdir -p "$root/usr" "$root/etc" "$root/dev" "$root/proc" "$root/reeve" "$root/node"
for name in usr etc dev; do mount --rbind "/$name" "$root/$name"; done
mount -t proc proc "$root/proc"
mount --rbind "$reeve" "$root/reeve"
mount --bind "$node" "$root/node"
while [ "$1" != -- ]; do
  mkdir -p "$root$2"
  mount --bind "$1" "$root$2"
  if [ "$3" = ro ]; then mount -o remount,bind,ro "$root$2"; fi
  shift 3
done
shift
mount -o remount,bind,ro "$root"
# With another user goes what unshare asked for: that it ends with it.
if [ -n "$user" ]; then exec chroot "$root" setpriv --reuid="$user" --regid="$user" --clear-groups --pdeathsig KILL "$@"; fi
exec chroot "$root" "$@"
`;

/** The first process of a container is the one child of `unshare`, which itself ends after every process of the container. */
async function killFirst({ pid }: ChildProcess): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => null);
  if (pid === undefined || children === null) return;
  try {
    process.kill(Number(children.trim()) || pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}

/** Without what unshare says where it cannot end by its child's signal. */
const showLines = (stream: Readable) =>
  createInterface(stream).on('line', (line) => {
    if (!line.startsWith('unshare: sigprocmask')) process.stderr.write(`${line}\n`);
  });

/** Starts a container of a pod as real processes. `volumes`: by name, folders of this machine. */
export function runContainer(
  container: V1Container,
  { root, volumes, env }: { root: string; volumes: ReadonlyMap<string, string>; env: Record<string, string> },
): StandInContainer {
  const mounts = (container.volumeMounts ?? []).flatMap(({ name, mountPath, readOnly }) => [
    volumes.get(name) ?? '',
    mountPath,
    readOnly === true ? 'ro' : 'rw',
  ]);
  const inNamespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const user = isRoot ? String(container.securityContext?.runAsUser) : '';
  // The image's working folder is /reeve for the runner's image; tasks choose their own.
  const command = ['/bin/sh', '-c', 'cd /reeve && exec "$@"', 'sh', ...(container.command ?? [])];
  const child = spawn(
    'unshare',
    [
      ...(isRoot ? [] : ['--user', '--map-root-user']),
      ...inNamespaces,
      ...['--', '/bin/sh', '-c', script, 'sh', root, dirname(process.execPath), repository, user],
      ...mounts,
      ...['--', ...command],
    ],
    {
      env: {
        PATH: '/node:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value ?? ''])),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  for (const stream of [child.stdout, child.stderr]) if (stream) showLines(stream);
  let isKilled = false;
  const ended = new Promise<{ exitCode: number }>((end) => {
    child.once('exit', (code) => end({ exitCode: isKilled ? 137 : (code ?? 137) }));
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    isKilled = true;
    await killFirst(child);
  };
  return { name: container.name, ended, kill };
}
