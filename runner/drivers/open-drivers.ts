import { existsSync } from 'node:fs';
import type { RunnerDriver } from '#contract/runners.ts';
import { type DriverName, usualDrivers } from '../config.ts';
import type { Driver } from './driver.ts';
import type { KubernetesPlace } from './kubernetes/kubernetes-place.ts';
import { openProcessDriver } from './process/process-driver.ts';

export interface DriverPlaces {
  dataFolder: string;
  /** Who `reap` knows its containers by. */
  owner: string;
  bubblewraps: readonly string[];
  /** Of Docker or Podman; null: where they usually are. */
  engineSocket: string | null;
  /** For environments that choose no image. */
  defaultImage: string | null;
  kubernetes: KubernetesPlace | null;
  /** Who containers of an engine are on this machine. */
  uid: number;
}

const usualSockets = ['/var/run/docker.sock', '/run/podman/podman.sock'];

export interface OpenDrivers {
  drivers: Driver[];
  described: RunnerDriver[];
  /** Why the others do not work here, in their order. */
  problems: string[];
}

/** Loaded where it is wanted: the engine's client is large. */
async function openEngine({ dataFolder, owner, engineSocket, defaultImage, uid }: DriverPlaces): Promise<Driver> {
  const { openDockerDriver } = await import('./docker/docker-driver.ts');
  const socketPath = engineSocket ?? usualSockets.find((path) => existsSync(path)) ?? usualSockets[0] ?? '';
  return openDockerDriver({ dataFolder, socketPath, owner, defaultImage, uid });
}

async function openKubernetes({ dataFolder, owner, defaultImage, kubernetes }: DriverPlaces): Promise<Driver> {
  const { openKubernetesDriver } = await import('./kubernetes/kubernetes-driver.ts');
  const { readInstallation } = await import('./kubernetes/installation.ts');
  const installation = await readInstallation(dataFolder);
  return openKubernetesDriver({ place: kubernetes, owner, installation, defaultImage });
}

const makers: Record<DriverName, (places: DriverPlaces) => Driver | Promise<Driver>> = {
  docker: openEngine,
  kubernetes: openKubernetes,
  process: openProcessDriver,
};

/** Those that work on this machine, the stronger first. */
export async function openDrivers(wanted: readonly DriverName[] | null, places: DriverPlaces): Promise<OpenDrivers> {
  const open: OpenDrivers = { drivers: [], described: [], problems: [] };
  for (const name of wanted ?? usualDrivers) {
    try {
      const driver = await makers[name](places);
      open.described.push(await driver.describe());
      open.drivers.push(driver);
    } catch (error) {
      open.problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  return open;
}
