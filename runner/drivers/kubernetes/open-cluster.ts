import type { V1Job, V1Pod, VersionInfo } from '@kubernetes/client-node';
import { jobLabel } from './job-manifest.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';

/** What the driver asks of a cluster; its Role allows exactly this. */
export interface Cluster {
  createJob(job: V1Job): Promise<void>;
  readJob(name: string): Promise<V1Job | null>;
  listJobs(labels: string): Promise<V1Job[]>;
  /** With its pods, at once. Harmless when it is gone. */
  deleteJob(name: string): Promise<void>;
  /** The first pod of a job. */
  podOf(jobName: string): Promise<V1Pod | null>;
  /** In words, for example `Kubernetes v1.32.4`. @throws Error for one that is too old */
  version(): Promise<string>;
}

/**
 * Older ones take what they do not know and leave it out: 1.20 the names of namespaces in policies and the end of finished Jobs, 1.21 the size of
 * volumes in memory, 1.22 the rules for *restricted* pods.
 */
const oldestMinor = 23;

/** `minor` may have something behind it: `27+` of clouds. @throws Error for a cluster that is too old */
function nameOfVersion({ major, minor, gitVersion }: VersionInfo): string {
  const isOlder = Number(major) < 1 || (Number(major) === 1 && Number.parseInt(minor, 10) < oldestMinor);
  if (isOlder)
    throw new Error(
      `the cluster is Kubernetes ${gitVersion}, and what keeps tasks apart needs 1.${oldestMinor} or newer: older ones leave out parts of the namespace's rules without a word. Update the cluster`,
    );
  return `Kubernetes ${gitVersion}`;
}

const codeOf = (error: unknown): number | undefined => (error as { code?: number }).code;

/** The server's words where it has some: the client's own begin with headers. */
function inWords(error: unknown): Error {
  const body = (error as { body?: unknown }).body;
  let said: string | undefined;
  try {
    const status = typeof body === 'string' ? JSON.parse(body) : body;
    said = (status as { message?: string } | null)?.message;
  } catch {
    // No status of the API.
  }
  return new Error(said ?? (error as Error).message, { cause: error });
}

/** The package waits for ever for a network that swallows everything, and with it would a task that is to be ended. */
async function within<Answer>(asking: Promise<Answer>, patienceMs: number): Promise<Answer> {
  const { promise, reject } = Promise.withResolvers<never>();
  const silent = () => reject(new Error(`the API server did not answer in ${patienceMs / 1000} s`));
  const timer = setTimeout(silent, patienceMs);
  try {
    return await Promise.race([asking, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function asker(patienceMs: number) {
  const asked = async <Answer>(asking: Promise<Answer>): Promise<Answer> => {
    try {
      return await within(asking, patienceMs);
    } catch (error) {
      throw codeOf(error) === 404 ? error : inWords(error);
    }
  };
  /** Null for what is not there. */
  const found = async <Answer>(asking: Promise<Answer>): Promise<Answer | null> => {
    try {
      return await asked(asking);
    } catch (error) {
      if (codeOf(error) === 404) return null;
      throw error;
    }
  };
  return { asked, found };
}

/** The client is loaded here and nowhere else: it takes most of a second and 76 MB. */
export async function openCluster(
  { kubeconfig, namespace }: Pick<KubernetesPlace, 'kubeconfig' | 'namespace'>,
  patienceMs = 30_000,
): Promise<Cluster> {
  const { BatchV1Api, CoreV1Api, KubeConfig, VersionApi } = await import('@kubernetes/client-node');
  const { asked, found } = asker(patienceMs);
  const config = new KubeConfig();
  if (kubeconfig === null) config.loadFromCluster();
  else config.loadFromFile(kubeconfig);
  const jobs = config.makeApiClient(BatchV1Api);
  const pods = config.makeApiClient(CoreV1Api);
  return {
    createJob: async (body) => void (await asked(jobs.createNamespacedJob({ namespace, body }))),
    readJob: (name) => found(jobs.readNamespacedJob({ namespace, name })),
    listJobs: async (labelSelector) => (await asked(jobs.listNamespacedJob({ namespace, labelSelector }))).items,
    deleteJob: async (name) =>
      void (await found(jobs.deleteNamespacedJob({ namespace, name, propagationPolicy: 'Background' }))),
    podOf: async (name) => {
      const labelSelector = `${jobLabel}=${name}`;
      const { items } = await asked(pods.listNamespacedPod({ namespace, labelSelector }));
      const age = (pod: V1Pod) => Number(pod.metadata?.creationTimestamp ?? 0);
      return items.sort((one, other) => age(one) - age(other))[0] ?? null;
    },
    version: async () => nameOfVersion(await asked(config.makeApiClient(VersionApi).getCode())),
  };
}
