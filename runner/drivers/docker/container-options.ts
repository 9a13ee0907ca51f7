import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import type { ContainerSpec } from '../driver.ts';
import { inside } from '../inside.ts';
import type { People } from './people-of-image.ts';

export const ownerLabel = 'app.reeve.runner';
const attemptLabel = 'app.reeve.attempt';

const megabyte = 1024 * 1024;
/** In the engine's API since 1.41; the package's types do not know it. */
const ownControlGroups = { CgroupnsMode: 'private' };
const mostOpenFiles = 65_536;
/** Of one user over all containers; engines lower their own limit to twice this. */
const mostProcesses = 16_384;

/** A limit cannot be raised above what the engine has, and it has what this machine has. */
function hardLimit(name: 'Max open files' | 'Max processes'): number | null {
  const hard = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return hard === undefined ? null : Number(hard);
}

function userLimits(diskMb: number) {
  const both = (Name: string, value: number) => ({ Name, Soft: value, Hard: value });
  return [
    both('nofile', Math.min(mostOpenFiles, hardLimit('Max open files') ?? mostOpenFiles)),
    both('core', 0),
    // A little beyond the limit, so that the watch sees that it was passed.
    both('fsize', (diskMb + 16) * megabyte),
    // The control group counts this container's; unsaid, Podman asks for more than it may.
    both('nproc', Math.min(mostProcesses, hardLimit('Max processes') ?? mostProcesses)),
  ];
}

function mounts({ folders, readOnly }: ContainerSpec, { passwd, group }: People) {
  const bind = (source: string, target: string, isReadOnly: boolean) => ({
    Type: 'bind' as const,
    Source: source,
    Target: target,
    ReadOnly: isReadOnly,
    BindOptions: { Propagation: 'rprivate' as const },
  });
  return [
    bind(folders.workspace, inside.workspace, false),
    bind(folders.home, inside.home, false),
    bind(passwd, '/etc/passwd', true),
    bind(group, '/etc/group', true),
    // Both where Reeve's own variables point and where Debian's programs look without any.
    ...[inside.authority, '/etc/ssl/certs/ca-certificates.crt'].map((target) => bind(readOnly.authority, target, true)),
    ...(readOnly.codex === null ? [] : [bind(readOnly.codex, inside.codex, true)]),
  ];
}

/**
 * Memory file systems count as memory of the container. `volumes` are what the image declares: the engine would make folders for them on
 * its own disk, writable and without a limit.
 */
function memoryFolders(memoryMb: number, volumes: readonly string[]): Record<string, string> {
  const options = (part: number) =>
    `rw,exec,nosuid,nodev,mode=1777,size=${Math.max(16, Math.floor(memoryMb * part)) * megabyte}`;
  const mounted: string[] = [inside.workspace, inside.home, inside.codex];
  const declared = volumes
    .map((path) => posix.resolve('/', path))
    .filter((path) => path !== '/' && !mounted.includes(path));
  return {
    ...Object.fromEntries(declared.map((path) => [path, options(0.02)])),
    ...{ '/tmp': options(0.2), '/var/tmp': options(0.1), '/run': options(0.02) },
  };
}

/**
 * The command waits for a line on standard input, which comes when the container's way out is there: else its first call would find
 * nothing at 127.0.0.1:3128.
 */
const gated = (command: readonly string[]): string[] => ['/bin/sh', '-c', 'read -r go && exec "$@"', 'sh', ...command];

interface Surroundings {
  /** Of the runner. */
  owner: string;
  user: { uid: number; gid: number };
  people: People;
  securityOptions: readonly string[];
  /** What the image declares. */
  volumes: readonly string[];
}

/** What the engine is asked for: nothing of the machine but the folders of the attempt, no right, no network, no log. */
export function containerOptions(
  spec: ContainerSpec,
  { owner, user, people, securityOptions, volumes }: Surroundings,
): ContainerCreateOptions {
  const { limits } = spec;
  const memory = limits.memoryMb * megabyte;
  return {
    name: spec.name,
    Image: spec.image,
    Entrypoint: [],
    Cmd: gated(spec.command),
    // Variables of the image stay, as in any container; these come after them.
    Env: Object.entries({ HOME: inside.home, USER: 'agent', LANG: 'C.UTF-8', ...spec.env }).map(
      ([name, value]) => `${name}=${value}`,
    ),
    User: `${user.uid}:${user.gid}`,
    WorkingDir: spec.workingFolder,
    Hostname: 'task',
    Labels: { [ownerLabel]: owner, [attemptLabel]: spec.attemptId },
    ...{ OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true, Tty: false },
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges', ...securityOptions],
      Privileged: false,
      IpcMode: 'private',
      ...ownControlGroups,
      Memory: memory,
      MemorySwap: memory,
      PidsLimit: limits.processes,
      NanoCpus: Math.round(limits.cpus * 1e9),
      // Ends before the runner does when the machine runs out of memory.
      OomScoreAdj: 500,
      ShmSize: Math.max(16, Math.floor(limits.memoryMb * 0.05)) * megabyte,
      Ulimits: userLimits(limits.diskMb),
      Mounts: mounts(spec, people),
      Tmpfs: memoryFolders(limits.memoryMb, volumes),
      // Output goes to the runner alone: else a container could fill the engine's disk with it.
      LogConfig: { Type: 'none', Config: {} },
      RestartPolicy: { Name: 'no' },
      ...(spec.runtime === 'runsc' ? { Runtime: 'runsc' } : {}),
    },
  };
}
