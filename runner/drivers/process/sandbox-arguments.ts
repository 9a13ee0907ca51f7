import { lstatSync, readlinkSync } from 'node:fs';
import type { ContainerSpec } from '../driver.ts';
import { inside } from '../inside.ts';

/** Where bubblewrap finds what it puts into the container. */
export interface SandboxPlaces {
  workspace: string;
  home: string;
  etc: string;
  authority: string;
  codex: string | null;
}

const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const megabyte = 1024 * 1024;

/** /bin and its like, as this machine has them: links into /usr, or folders of their own. */
function rootFolders(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64'].flatMap((path) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) return [];
    return stat.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
}

/** Memory file systems together hold a quarter of the memory at most; they count as memory. */
function memoryFolders(memoryMb: number): string[] {
  const size = (part: number) => ['--size', String(Math.max(16, Math.floor(memoryMb * part)) * megabyte)];
  return [
    '--dev',
    '/dev',
    ...[...size(0.05), '--tmpfs', '/dev/shm'],
    // Else the folder itself would be a memory file system without a limit.
    ...['--remount-ro', '/dev'],
    ...[...size(0.2), '--perms', '1777', '--tmpfs', '/tmp'],
    ...['--symlink', '/tmp', '/var/tmp', '--dir', '/run'],
  ];
}

/**
 * Options of bubblewrap. Every namespace is the container's own; there is no capability, no way to more privileges, and nothing of this
 * machine but its programs. The network namespace has a loopback and nothing else.
 */
export function sandboxArguments(spec: ContainerSpec, places: SandboxPlaces): string[] {
  const environment = { PATH: defaultPath, HOME: inside.home, USER: 'agent', LANG: 'C.UTF-8', ...spec.env };
  return [
    ...['--unshare-all', '--unshare-user', '--uid', '1000', '--gid', '1000', '--hostname', 'task'],
    ...['--die-with-parent', '--new-session', '--clearenv'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ...['--ro-bind', '/usr', '/usr'],
    ...rootFolders(),
    ...['--ro-bind', places.etc, '/etc', '--ro-bind', places.authority, '/etc/ssl/certs/ca-certificates.crt'],
    ...['--proc', '/proc'],
    ...memoryFolders(spec.limits.memoryMb),
    ...['--perms', '0755', '--dir', '/home', '--perms', '0755', '--dir', '/opt'],
    ...['--bind', places.workspace, inside.workspace, '--bind', places.home, inside.home],
    ...(places.codex === null ? [] : ['--ro-bind', places.codex, inside.codex]),
    ...['--ro-bind', places.authority, inside.authority],
    ...['--remount-ro', '/', '--chdir', spec.workingFolder],
  ];
}
