import type { RunnerDriver } from '#contract/runners.ts';
import { type DriverName, driverNames } from '../config.ts';
import type { Driver } from './driver.ts';
import { openProcessDriver } from './process/process-driver.ts';

export interface DriverPlaces {
  dataFolder: string;
  /** Who `reap` knows its containers by. */
  owner: string;
  bubblewraps: readonly string[];
}

export interface OpenDrivers {
  drivers: Driver[];
  described: RunnerDriver[];
  /** Why the others do not work here, in their order. */
  problems: string[];
}

const makers: Partial<Record<DriverName, (places: DriverPlaces) => Driver | Promise<Driver>>> = {
  process: openProcessDriver,
};

/** Those that work on this machine, the stronger first. */
export async function openDrivers(wanted: readonly DriverName[] | null, places: DriverPlaces): Promise<OpenDrivers> {
  const open: OpenDrivers = { drivers: [], described: [], problems: [] };
  for (const name of wanted ?? driverNames) {
    const make = makers[name];
    if (!make) continue;
    try {
      const driver = await make(places);
      open.described.push(await driver.describe());
      open.drivers.push(driver);
    } catch (error) {
      open.problems.push(`${name}: ${(error as Error).message}`);
    }
  }
  return open;
}
