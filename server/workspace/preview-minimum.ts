import { isAtLeast, isBelowMinimum } from '#contract/client-versions.ts';
import { testedClients } from '#contract/tested-clients.ts';
import type { WorkspaceSettings } from '#contract/workspace.ts';
import type { Effect } from './preview-settings.ts';
import type { ChangedSettings } from './settings.ts';

export interface SeenVersion {
  member_id: string;
  name: string;
  /** Null: the client said none. */
  version: string | null;
}

interface Facts {
  /** By the name of the member. */
  seen: readonly SeenVersion[];
  now: Date;
}

const namesShown = 10;
const newestTested = testedClients.at(-1) ?? '';
const dayInWords = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

const warning = (sentence: string): Effect => ({ sentence, severity: 'warning' });
const info = (sentence: string): Effect => ({ sentence, severity: 'info' });
const members = (count: number) => `${count} ${count === 1 ? 'member' : 'members'}`;

function namesOf(seen: readonly SeenVersion[]): { count: number; names: string } {
  const byMember = new Map(seen.map(({ member_id, name }) => [member_id, name]));
  const all = [...byMember.values()];
  const rest = all.length - namesShown;
  return {
    count: all.length,
    names: all.slice(0, namesShown).join(', ') + (rest > 0 ? ` and ${rest} more` : ''),
  };
}

function reach(minimum: string, from: string | null, { seen, now }: Facts): Effect {
  const all = new Set(seen.map(({ member_id }) => member_id)).size;
  const { count, names } = namesOf(seen.filter(({ version }) => isBelowMinimum(version, minimum)));
  const isAtOnce = from === null || new Date(from) <= now;
  const when = isAtOnce ? 'at their next call' : `from ${dayInWords.format(new Date(from))} on`;
  if (count === 0)
    return info(
      `Nobody of the ${members(all)} seen with a client in the last 30 days runs one older than ${minimum}. Older clients are refused ${when}.`,
    );
  const everybody = count === all ? ' That is everybody who uses Codex here.' : '';
  return warning(
    `${count} of ${members(all)} seen in the last 30 days ${count === 1 ? 'runs' : 'run'} a client older than ${minimum} and ${count === 1 ? 'is' : 'are'} refused ${when}, until it is updated: ${names}.${everybody}`,
  );
}

/** Whom a minimum version hits, by name, and whether it asks for what nobody has tried. */
export function minimumEffects(
  change: ChangedSettings,
  { minimumClientVersion: minimum, minimumClientFrom: from }: WorkspaceSettings,
  facts: Facts,
): Effect[] {
  if (change.minimumClientVersion === undefined && change.minimumClientFrom === undefined) return [];
  if (minimum === null) return [info('Clients of every version may call the gateway.')];
  const untested = warning(
    `Reeve was tested with clients up to ${newestTested}; ${minimum} is newer. See that everybody can get it before you ask for it.`,
  );
  return [reach(minimum, from, facts), ...(isAtLeast(newestTested, minimum) ? [] : [untested])];
}
