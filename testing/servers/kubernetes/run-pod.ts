import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1ContainerState, V1Job, V1PodStatus } from '@kubernetes/client-node';
import { runContainer, type StandInContainer } from './run-container.ts';

export interface StandInPod {
  name: string;
  status: V1PodStatus;
  /** As a kubelet ends one: every process is gone, then it says why. */
  end(why: Partial<V1PodStatus>): Promise<void>;
  /** As a kubelet ends one that is being deleted: every process is gone, and nothing says why. */
  kill(): Promise<void>;
  /** As the kernel ends a container that has no memory left. */
  outOfMemory(container: string): Promise<void>;
  remove(): Promise<void>;
}

/** What has such an image gets no pod, as where the quota of its namespace is used up. */
export const isRefused = (job: V1Job): boolean =>
  job.spec?.template.spec?.containers.some(({ image }) => image?.startsWith('refused.invalid/')) ?? false;

/** What has such an image never begins: as one that nobody has, and as one for which no node has room. */
const neverBegins = /^(missing|pending)\.invalid\//;

function waitingForNode(): V1PodStatus {
  const message = '0/3 nodes are available: 3 Insufficient memory.';
  return {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
  };
}

function waitingForImage(image: string, names: readonly string[]): V1PodStatus {
  const state = { waiting: { reason: 'ImagePullBackOff', message: `Back-off pulling image "${image}"` } };
  const containerStatuses = names.map((name) => ({ name, state, image, imageID: '', ready: false, restartCount: 0 }));
  return { phase: 'Pending', containerStatuses };
}

class RunningPod implements StandInPod {
  readonly name: string;
  private readonly images: Map<string, string>;
  private readonly folder: string;
  private containers: StandInContainer[] = [];
  private readonly states = new Map<string, V1ContainerState>();
  private readonly reasons = new Map<string, string>();
  private said: Partial<V1PodStatus> | null = null;

  constructor(job: V1Job, folder: string) {
    this.name = `${job.metadata?.name}-x7k2p`;
    this.folder = folder;
    this.images = new Map(job.spec?.template.spec?.containers.map(({ name, image }) => [name, image ?? '']));
  }

  async begin(job: V1Job, env: Record<string, string>): Promise<void> {
    const { containers = [], volumes: wanted = [] } = job.spec?.template.spec ?? {};
    const volumes = new Map<string, string>();
    for (const { name } of wanted) {
      const path = join(this.folder, 'volumes', name);
      await mkdir(path, { recursive: true });
      if (process.getuid?.() === 0) await chown(path, 1000, 1000);
      volumes.set(name, path);
    }
    for (const container of containers) {
      const root = join(this.folder, `root-${container.name}`);
      await mkdir(root);
      const running = runContainer(container, { root, volumes, env });
      this.containers.push(running);
      this.states.set(container.name, { running: {} });
      void running.ended.then(({ exitCode }) => {
        const reason = this.reasons.get(container.name) ?? (exitCode === 0 ? 'Completed' : 'Error');
        this.states.set(container.name, { terminated: { exitCode, reason } });
      });
    }
  }

  get status(): V1PodStatus {
    if (this.said) return { phase: 'Failed', ...this.said };
    const image = [...this.images.values()].find((one) => neverBegins.test(one));
    if (image?.startsWith('pending')) return waitingForNode();
    if (image !== undefined) return waitingForImage(image, [...this.images.keys()]);
    const codes = [...this.states.values()].map(({ terminated }) => terminated?.exitCode);
    const isOver = codes.length > 0 && codes.every((code) => code !== undefined);
    const phase = !isOver ? 'Running' : codes.every((code) => code === 0) ? 'Succeeded' : 'Failed';
    const containerStatuses = [...this.states].map(([name, state]) => {
      return { name, state, image: this.images.get(name) ?? '', imageID: '', ready: false, restartCount: 0 };
    });
    return { phase, containerStatuses };
  }

  async kill(): Promise<void> {
    await Promise.all(this.containers.map((container) => container.kill()));
    await Promise.all(this.containers.map(({ ended }) => ended));
  }

  async end(why: Partial<V1PodStatus>): Promise<void> {
    await this.kill();
    this.said = why;
  }

  async outOfMemory(name: string): Promise<void> {
    this.reasons.set(name, 'OOMKilled');
    const container = this.containers.find((one) => one.name === name);
    await container?.kill();
    await container?.ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs what a job describes, at once and once. */
export async function runPod(job: V1Job, env: Record<string, string>): Promise<StandInPod> {
  const folder = await mkdtemp('/var/tmp/reeve-pod-');
  const pod = new RunningPod(job, folder);
  if (!job.spec?.template.spec?.containers.some(({ image }) => neverBegins.test(image ?? '')))
    await pod.begin(job, env);
  return pod;
}
