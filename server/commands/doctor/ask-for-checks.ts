import { ConfigRefused, readConfig } from '#server/config.ts';
import { checkList } from '#server/setup/index.ts';
import { findRunningServer } from '../control/ask-server.ts';
import { ChecksReport } from '../control/control-calls.ts';
import type { Finding } from './check.ts';

export interface AskedChecks {
  heading: string;
  checks: { title: string; finding: Finding }[];
}

const longest = Math.max(...checkList.map(({ title }) => title.length));
export const titleWidth = longest + 2;

const notRunning =
  'These are looked at by the running server, and none runs on this data folder. Start it, then run this again.';
const notAsked: Finding = { outcome: 'unknown', found: '', next: null };

/** The checks of the page Verify, by the running server; without one each is unknown. */
export async function askForChecks(): Promise<AskedChecks[]> {
  const config = readSettings();
  const server = config && (await findRunningServer(config.dataFolder));
  if (!server) {
    const checks = checkList.map(({ title }) => ({ title, finding: notAsked }));
    return config ? [{ heading: notRunning, checks }] : [];
  }
  const report = await server.ask('checks', {}, ChecksReport);
  return report.map(({ workspace, items }) => ({
    heading: `Checks of ${workspace}`,
    checks: items.map(({ title, state, evidence, next }): AskedChecks['checks'][number] => ({
      title,
      finding: state === 'ok' ? { outcome: 'ok', found: evidence } : { outcome: state, found: evidence, next },
    })),
  }));
}

/** Null: the settings are wrong, which was said before. */
function readSettings() {
  try {
    return readConfig();
  } catch (error) {
    if (error instanceof ConfigRefused) return null;
    throw error;
  }
}
