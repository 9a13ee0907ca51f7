import { podPlaces } from './pod-places.ts';

const { leash, ready, begin, input, stdout, stderr, done } = podPlaces;
/** Of 0.1 s: what a node may take to pull the keeper's image, which comes second. */
const mostWaits = 9000;

/**
 * What the task's container is started with. It needs a shell, `sleep` and `env` of the image, and is the container's first process.
 *
 * Opening one end of a pipe waits for the other, for ever where the keeper is already gone. So the leash is opened both ways first, which
 * never waits; the keeper takes the right to write away before anything of the task begins. From then on its end is seen in `read`.
 */
export const beginScript = [
  'waits=0',
  `while [ ! -p ${leash} ]; do`,
  `  waits=$((waits + 1)); [ "$waits" -lt ${mostWaits} ] || exit 137`,
  '  sleep 0.1',
  'done',
  `exec 4<>${leash} 3<${leash} 4>&-`,
  `echo ready 1<>${ready}`,
  'read -r go <&3 || exit 137',
  `. ${begin}`,
].join('\n');

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Names that a shell can have; the others could not be set. */
const isName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** Set by the kubelet in every container: a task that looks for a cluster must not find one. */
const ofTheCluster = [
  ...['SERVICE_HOST', 'SERVICE_PORT', 'SERVICE_PORT_HTTPS', 'PORT', 'PORT_443_TCP'],
  ...['PORT_443_TCP_ADDR', 'PORT_443_TCP_PORT', 'PORT_443_TCP_PROTO'],
].map((name) => `KUBERNETES_${name}`);

/**
 * Read by the shell above. That shell then waits for the leash alone: a line on it is the exit code, its end is a keeper that let go.
 * Either way the first process ends, and the kernel ends every other one of the container. The variables are the command's, not the
 * shell's: some names are a shell's own (`UID` of bash), and others would change what it does (`PATH`, `LD_PRELOAD`).
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
  const variables = Object.entries(env)
    .filter(([name]) => isName(name))
    .map(([name, value]) => quoted(`${name}=${value}`));
  return [
    `unset ${ofTheCluster.join(' ')}`,
    // The pipes wait for their readers, each in its turn. Whoever ends this group alone ends `done`, and with it the task.
    '{',
    `  ( exec 3<&- 4>&-; cd ${quoted(workingFolder)} && exec env ${[...variables, ...command.map(quoted)].join(' ')} ) <${input} >${stdout} 2>${stderr}`,
    '  echo "$?" >&4',
    `} 4>${done} &`,
    'read -r code <&3 || code=137',
    'exit "$code"',
    '',
  ].join('\n');
}
