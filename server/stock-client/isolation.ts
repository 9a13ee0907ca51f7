import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { quoted } from './quoted.ts';

/** For programs that somebody else has a say in: they see nothing of this server that is its own. */
export interface Isolation {
  /** Files and folders that are empty inside. */
  hide: readonly string[];
  /** Folders that are the machine's own inside, and empty: what is written there is gone with the program. */
  own?: readonly string[];
}

export interface Mounting {
  root: string;
  packageFolder: string;
  /** Of `unshare`. */
  options: string;
}

export const privateFolders = `mount --bind "$1" "$0/package" && mount --bind "$0/etc" /etc && mount --bind "$0/tmp" /tmp &&
    mount --bind "$0/usr-local-share" /usr/local/share`;

const holds = (folder: string, file: string): boolean => file === folder || file.startsWith(`${folder}/`);

/**
 * What is hidden, under every name that leads to it.
 * @throws Error when the machine itself would be hidden
 */
export async function hiddenPlaces({ hide }: Isolation, root: string): Promise<string[]> {
  const there = hide.filter((place) => existsSync(place));
  const real = await Promise.all(there.map((place) => realpath(place)));
  const places = [...new Set([...there.map((place) => path.resolve(place)), ...real])];
  const around = places.find((place) => holds(place, root));
  if (around)
    throw new Error(`${around} holds the machines of stock clients: keep the data of Reeve in another folder`);
  return places;
}

/**
 * The program that enters a machine which sees nothing of this server: its own processes only, hidden places, and the rest read-only.
 *
 * A shell is the first process of the namespace and the program its child, because the first one ignores signals that ask it to end. The
 * program has no capability left to undo a mount, only the one that root needs to make a user namespace (CAP_SETFCAP). Its own sandbox makes a user namespace, in which the kernel locks these mounts.
 */
export function isolatedScript(
  { root, packageFolder, options }: Mounting,
  { hidden, own }: { hidden: readonly string[]; own: readonly string[] },
): string {
  const inside = `
  mount --bind "$0" "$0" && cd "$0" && ${privateFolders} || exit 97
  package="$1"; work="$2"; shift 2
  cut -d" " -f5 /proc/self/mountinfo | while read -r at; do
    case "$at" in
      /proc|/proc/*|/sys|/sys/*|/dev|/dev/*|/etc|/tmp|"$0"|"$0"/*) ;;
      *) mount -o remount,bind,ro "$at" 2>/dev/null ;;
    esac
  done
  empty() {
    if [ -d "$1" ]; then mount -t tmpfs -o mode=0755 tmpfs "$1"
    elif [ -e "$1" ]; then mount --bind /dev/null "$1"
    fi
  }
${[...own, ...hidden].map((place) => `  empty ${quoted(place)} || exit 97`).join('\n')}
  cd "$work" || exit 97
  setpriv --bounding-set=-all,+setfcap --inh-caps=-all -- "$@"
  exit $?
`;
  // The kernel forgets the death signal with new credentials, hence setpriv behind the first unshare, which may make a user namespace.
  return `#!/bin/sh
exec unshare ${options} -- setpriv --pdeathsig KILL -- \\
  unshare --mount --pid --fork --kill-child --mount-proc -- /bin/sh -c ${quoted(inside)} ${quoted(root)} ${quoted(packageFolder)} "$@"
`;
}
