import type { ContainerEnd, ContainerLimits, ContainerSpec } from '../drivers/driver.ts';
import { inside } from '../drivers/inside.ts';
import { AttemptEnded } from './attempt-ended.ts';
import type { Attempt } from './attempt-tools.ts';
import { eachLine } from './lines.ts';

export interface Inside {
  phase: 'setup' | 'maintenance' | 'agent' | 'preview';
  /** Of several of one phase, from 1. */
  number?: number;
  image: string;
  command: readonly string[];
  env: Readonly<Record<string, string>>;
  input?: string;
  codex: string | null;
  /** In place of the job's, where it needs less. */
  limits?: Partial<ContainerLimits>;
  onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  /** However it ended. */
  onEnd?: (end: ContainerEnd) => void;
}

export const ownHosts = ['localhost', '127.0.0.1', '::1'];

/** The way to the network, for every program that knows one of the usual variables. */
function networkEnvironment(gatewayOrigin: string): Record<string, string> {
  const proxies = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  const bundles = ['CODEX_CA_CERTIFICATE', 'SSL_CERT_FILE', 'CURL_CA_BUNDLE', 'REQUESTS_CA_BUNDLE', 'GIT_SSL_CAINFO'];
  const more = ['NODE_EXTRA_CA_CERTS', 'PIP_CERT', 'CARGO_HTTP_CAINFO', 'NIX_SSL_CERT_FILE', 'AWS_CA_BUNDLE'];
  // What a container runs for itself is reached directly; a Reeve of that name is not in there.
  const { hostname } = new URL(gatewayOrigin);
  const direct = ownHosts.filter((host) => host !== hostname.replace(/^\[|\]$/g, '')).join(',');
  return {
    ...Object.fromEntries(proxies.map((name) => [name, inside.proxy])),
    ...Object.fromEntries([...bundles, ...more].map((name) => [name, inside.authority])),
    NO_PROXY: direct,
    no_proxy: direct,
  };
}

function specOf({ job, folders, tools }: Attempt, run: Inside): ContainerSpec {
  const { variables, limits, repository, runtime } = job;
  return {
    name: `reeve-${tools.owner}-${job.attemptId}-${job.epoch}-${run.phase}${(run.number ?? 1) > 1 ? `-${run.number}` : ''}`,
    attemptId: job.attemptId,
    image: run.image,
    runtime,
    command: run.command,
    env: {
      HOME: inside.home,
      CI: 'true',
      ...networkEnvironment(job.agent.gatewayOrigin),
      ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      ...run.env,
    },
    ...(run.input === undefined ? {} : { input: run.input }),
    workingFolder: `${inside.workspace}/${repository.folder}`,
    folders: { workspace: folders.workspace, home: folders.home },
    readOnly: { codex: run.codex, authority: folders.authorityFile },
    limits: { ...limits, ...run.limits },
    egressSocket: folders.socket,
  };
}

/** What happened, and what to do. */
export const lostWords = (why: string): string =>
  `What the container left is lost: ${why}. Neither its changes nor its thread are kept. Run it again.`;

/**
 * Runs a program in a container to its end. Whatever ends the attempt kills it at once, and this rejects with the reason.
 * @throws AttemptEnded at a limit, or internal when its files are lost; the reason of the attempt's signal
 */
export async function runContainer(attempt: Attempt, run: Inside): Promise<ContainerEnd> {
  const { driver, signal, lease } = attempt;
  signal.throwIfAborted();
  const container = await driver.start(specOf(attempt, run), signal);
  const kill = () => void container.kill().catch((error: Error) => attempt.tools.log(`kill: ${error.message}`));
  // It may have been aborted while the container was being made.
  if (signal.aborted) kill();
  signal.addEventListener('abort', kill, { once: true });
  // Whoever cancels it wants what it did; whoever has it by now, or a runner that stops, does not.
  const drop = () => container.drop?.();
  if (lease.lost.aborted) drop();
  lease.lost.addEventListener('abort', drop, { once: true });
  try {
    const [end] = await Promise.all([
      container.ended,
      eachLine(container.stdout, (line) => run.onLine(line, 'stdout')),
      eachLine(container.stderr, (line) => run.onLine(line, 'stderr')),
    ]);
    run.onEnd?.(end);
    if (!signal.aborted && end.limit !== null) throw new AttemptEnded(end.limit);
    signal.throwIfAborted();
    if (end.filesLost !== undefined) throw new AttemptEnded('internal', lostWords(end.filesLost));
    return end;
  } finally {
    signal.removeEventListener('abort', kill);
    lease.lost.removeEventListener('abort', drop);
    await container.kill().catch(() => undefined);
    await container.remove().catch((error: Error) => attempt.tools.log(`remove: ${error.message}`));
  }
}
