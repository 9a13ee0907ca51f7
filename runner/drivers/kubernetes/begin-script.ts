import { podPlaces } from './pod-places.ts';

/** What the task's container is started with. It needs a shell and `sleep` of the image, and is the container's first process. */
export const beginScript = `while [ ! -e ${podPlaces.begin} ]; do sleep 0.1; done; . ${podPlaces.begin}`;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Names that a shell can have; the others could not be set. */
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/**
 * Read by the shell above. That shell then waits for the leash alone: a line on it is the exit code, its end is a keeper that let go.
 * Either way the first process ends, and the kernel ends every other one of the container. The pipe is write-protected, so that
 * nothing in the task can hold its other end.
 */
export function commandScript({
  command,
  env,
  workingFolder,
}: {
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  workingFolder: string;
}): string {
  return [
    ...Object.entries(env)
      .filter(([name]) => isName(name))
      .map(([name, value]) => `export ${name}=${quoted(value)}`),
    `exec 3<${podPlaces.leash}`,
    // The pipes wait for their readers, each in its turn.
    '{',
    `  ( exec 3<&-; cd ${quoted(workingFolder)} && exec ${command.map(quoted).join(' ')} ) <${podPlaces.input} >${podPlaces.stdout} 2>${podPlaces.stderr}`,
    `  echo "$?" >${podPlaces.done}`,
    '} &',
    'read -r code <&3 || code=137',
    'exit "$code"',
    '',
  ].join('\n');
}
