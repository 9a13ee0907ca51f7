import { isIP } from 'node:net';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { KubernetesPlace } from './drivers/kubernetes/kubernetes-place.ts';
import { publicOutside } from './egress/public-addresses.ts';
import { readOrigin } from './reeve/call-reeve.ts';

/** As container engines take them. */
export const greatestUid = 2 ** 31 - 1;
/** Nobody's: beyond the people of a machine, and beyond the ranges that are set aside for user namespaces. */
const usualUid = 2_000_000_000;

/** The environment of `reeve run`; an option of the command wins over it. */
const Environment = z.object({
  REEVE_RUNNER_SERVER: z.string().optional(),
  /** A registration token, needed once. By environment or typed in, since others on the machine can read a command line. */
  REEVE_RUNNER_TOKEN: z.string().trim().min(1).optional(),
  REEVE_RUNNER_NAME: z.string().trim().min(1).max(120).optional(),
  REEVE_RUNNER_DATA: z.string().optional(),
  REEVE_RUNNER_LABELS: z.string().optional(),
  REEVE_RUNNER_CAPACITY: z.coerce.number().int().min(1).max(1000).optional(),
  REEVE_RUNNER_CA: z.string().optional(),
  REEVE_RUNNER_CONNECT: z.string().optional(),
  REEVE_RUNNER_DRIVERS: z.string().optional(),
  REEVE_RUNNER_ENGINE: z.string().optional(),
  REEVE_RUNNER_IMAGE: z.string().trim().min(1).max(300).optional(),
  REEVE_RUNNER_UID: z.coerce.number().int().min(1).max(greatestUid).optional(),
  REEVE_RUNNER_GRACE_SECONDS: z.coerce.number().int().min(0).max(86_400).optional(),
  REEVE_CLIENTS_FOLDER: z.string().optional(),
  /** Ranges such as 34.118.224.0/20 that tasks do not reach although they are public. */
  REEVE_RUNNER_CLOSED_RANGES: z.string().optional(),
  /** For the driver `kubernetes`: the runner's own image, and where pods reach this runner. */
  REEVE_RUNNER_KUBERNETES_IMAGE: z.string().trim().min(1).max(300).optional(),
  REEVE_RUNNER_KUBERNETES_ADDRESS: z.string().trim().min(1).max(253).optional(),
  REEVE_RUNNER_KUBERNETES_PORT: z.coerce.number().int().min(0).max(65_535).default(3129),
  REEVE_RUNNER_KUBERNETES_NAMESPACE: z.string().trim().min(1).max(63).default('reeve-tasks'),
  REEVE_RUNNER_KUBERNETES_ACCOUNT: z.string().trim().min(1).max(253).default('reeve-task'),
  /** What pods must not reach, besides the API server: where clouds answer their machines, if not given. */
  REEVE_RUNNER_KUBERNETES_CLOSED: z.string().default('169.254.169.254:80'),
  REEVE_RUNNER_KUBERNETES_GVISOR_CLASS: z.string().trim().min(1).max(253).optional(),
  REEVE_RUNNER_KUBERNETES_PULL_SECRET: z.string().trim().min(1).max(253).optional(),
  REEVE_RUNNER_KUBERNETES_SECCOMP_PROFILE: z.string().trim().min(1).max(253).optional(),
  /** A kubeconfig file; the service account of its pod if not given. */
  REEVE_RUNNER_KUBERNETES_CONFIG: z.string().optional(),
});

export const driverNames = ['docker', 'kubernetes', 'process'] as const;
/** Tried where none is named: a cluster is not found by looking for it. */
export const usualDrivers = ['docker', 'process'] as const;
export type DriverName = (typeof driverNames)[number];

export interface RunnerConfig {
  origin: string;
  token: string | null;
  name: string;
  dataFolder: string;
  labels: string[];
  capacity: number;
  /** A PEM file. */
  authorityFile: string | null;
  connect: { host: string; port: number } | null;
  /** Null: each that works on this machine. */
  drivers: DriverName[] | null;
  /** The UNIX socket of Docker or Podman; null: where it usually is. */
  engineSocket: string | null;
  /** The image of environments that choose none. */
  defaultImage: string | null;
  /** Public addresses that no task reaches. */
  closedRanges: string[];
  /** Null where its image or its address is not set. */
  kubernetes: KubernetesPlace | null;
  /** The user and group of containers of an engine. */
  containerUid: number;
  /** How long running attempts may take to end once the runner is asked to stop. */
  graceSeconds: number;
  /** With the stock clients, one package per version. */
  clientsFolder: string;
}

export interface RunnerOptions {
  server?: string;
  name?: string;
  data?: string;
  label?: string[];
  capacity?: number;
  ca?: string;
  connect?: string;
  driver?: string[];
  engine?: string;
  image?: string;
  uid?: number;
  grace?: number;
}

/** What is wrong with the settings, in words for whoever starts the runner. */
export class RunnerRefused extends Error {
  override name = 'RunnerRefused';
}

function readConnect(text: string, setting = '--connect'): { host: string; port: number } {
  const url = URL.parse(`tcp://${text}`);
  const port = Number(url?.port);
  if (!url?.hostname || !Number.isInteger(port) || port === 0)
    throw new RunnerRefused(`${setting}: “${text}” is no host and port such as 127.0.0.1:8443.`);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port };
}

function readServer(text: string | undefined): string {
  if (text === undefined)
    throw new RunnerRefused('--server is missing: where Reeve is, for example https://reeve.example.com.');
  try {
    return readOrigin(text);
  } catch {
    throw new RunnerRefused(`--server: “${text}” is no https address such as https://reeve.example.com.`);
  }
}

function readDrivers(names: readonly string[] | undefined): DriverName[] | null {
  if (names === undefined || names.length === 0) return null;
  return names.map((name) => {
    const known = driverNames.find((one) => one === name);
    if (known === undefined) throw new RunnerRefused(`--driver: “${name}” is none of ${driverNames.join(', ')}.`);
    return known;
  });
}

function readKubernetes(set: z.infer<typeof Environment>): KubernetesPlace | null {
  const { REEVE_RUNNER_KUBERNETES_IMAGE: keeperImage, REEVE_RUNNER_KUBERNETES_ADDRESS: address } = set;
  if (keeperImage === undefined || address === undefined) return null;
  if (isIP(address) === 0)
    throw new RunnerRefused(
      `REEVE_RUNNER_KUBERNETES_ADDRESS: “${address}” is no IP address, and pods look no names up. Give the one they reach this runner at.`,
    );
  const closed = listOf(set.REEVE_RUNNER_KUBERNETES_CLOSED) ?? [];
  for (const one of closed) readConnect(one, 'REEVE_RUNNER_KUBERNETES_CLOSED');
  const kubeconfig = set.REEVE_RUNNER_KUBERNETES_CONFIG;
  return {
    kubeconfig: kubeconfig === undefined ? null : resolve(kubeconfig),
    namespace: set.REEVE_RUNNER_KUBERNETES_NAMESPACE,
    address,
    closed,
    port: set.REEVE_RUNNER_KUBERNETES_PORT,
    keeperImage,
    gvisorClass: set.REEVE_RUNNER_KUBERNETES_GVISOR_CLASS ?? null,
    taskAccount: set.REEVE_RUNNER_KUBERNETES_ACCOUNT,
    seccompProfile: set.REEVE_RUNNER_KUBERNETES_SECCOMP_PROFILE ?? null,
    pullSecret: set.REEVE_RUNNER_KUBERNETES_PULL_SECRET ?? null,
  };
}

const listOf = (text: string | undefined): string[] | undefined =>
  text
    ?.split(',')
    .map((one) => one.trim())
    .filter(Boolean);

function readRanges(text: string | undefined): string[] {
  const ranges = listOf(text) ?? [];
  try {
    publicOutside(ranges);
  } catch (error) {
    throw new RunnerRefused(`REEVE_RUNNER_CLOSED_RANGES: ${(error as Error).message}.`);
  }
  return ranges;
}

/** @throws RunnerRefused */
export function readRunnerConfig(
  options: RunnerOptions,
  env: Readonly<Record<string, string | undefined>> = process.env,
): RunnerConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = Environment.safeParse(given);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new RunnerRefused(`${String(issue?.path[0])}: ${issue?.message}.`);
  }
  const set = read.data;
  const ca = options.ca ?? set.REEVE_RUNNER_CA;
  const connect = options.connect ?? set.REEVE_RUNNER_CONNECT;
  const dataFolder = resolve(options.data ?? set.REEVE_RUNNER_DATA ?? join(homedir(), '.local/share/reeve-runner'));
  return {
    origin: readServer(options.server ?? set.REEVE_RUNNER_SERVER),
    token: set.REEVE_RUNNER_TOKEN ?? null,
    name: options.name ?? set.REEVE_RUNNER_NAME ?? hostname(),
    dataFolder,
    labels: options.label ?? listOf(set.REEVE_RUNNER_LABELS) ?? [],
    capacity: options.capacity ?? set.REEVE_RUNNER_CAPACITY ?? 2,
    authorityFile: ca === undefined ? null : resolve(ca),
    connect: connect === undefined ? null : readConnect(connect),
    drivers: readDrivers(options.driver ?? listOf(set.REEVE_RUNNER_DRIVERS)),
    engineSocket: options.engine ?? set.REEVE_RUNNER_ENGINE ?? null,
    defaultImage: options.image ?? set.REEVE_RUNNER_IMAGE ?? null,
    closedRanges: readRanges(set.REEVE_RUNNER_CLOSED_RANGES),
    kubernetes: readKubernetes(set),
    containerUid: options.uid ?? set.REEVE_RUNNER_UID ?? usualUid,
    graceSeconds: options.grace ?? set.REEVE_RUNNER_GRACE_SECONDS ?? 3600,
    clientsFolder: resolve(set.REEVE_CLIENTS_FOLDER ?? join(dataFolder, 'clients')),
  };
}
