import { countOf } from '#console/ui/figures.ts';
import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { Environment, EnvironmentSettings } from '#contract/environments.ts';
import type { InternetAccess } from '#contract/internet-access.ts';

export const sharingWords: Record<EnvironmentSettings['sharing'], { label: string; sentence: string }> = {
  private: { label: 'Private', sentence: 'Whoever made it, and Codex admins.' },
  groups: { label: 'Groups', sentence: 'Members of these groups may give tasks in it.' },
  workspace: { label: 'Everyone', sentence: 'Whoever may use Codex cloud in this workspace.' },
};

export const sayShared = ({ sharing, groupIds }: Pick<Environment, 'sharing' | 'groupIds'>): string => {
  if (sharing === 'groups') return countOf(groupIds.length, 'group');
  return sharing === 'workspace' ? 'Everyone' : 'Private';
};

export const presetWords: Record<InternetAccess['preset'], { label: string; sentence: string }> = {
  none: { label: 'Only domains that I list', sentence: 'Nothing else can be reached.' },
  'common-dependencies': {
    label: 'Common dependencies, and domains that I list',
    sentence: 'Registries, package mirrors and code hosts that builds fetch from.',
  },
  all: { label: 'Every domain', sentence: 'Whatever has a public address. Private networks stay closed.' },
};

const count = (many: number) => countOf(many, 'domain');

/** What an agent reaches, in few words, as the environment says it. */
export function sayInternet({ isOn, preset, domains, methods }: InternetAccess): string {
  if (!isOn) return 'Off';
  const where =
    preset === 'all'
      ? 'Every domain'
      : preset === 'none'
        ? count(domains.length)
        : domains.length === 0
          ? 'Common dependencies'
          : `Common dependencies and ${count(domains.length)}`;
  return methods === 'safe' ? `${where}, reading only` : where;
}

/** The same for a narrow column; by which methods stands below it. */
export function sayInternetShortly({ isOn, preset, domains }: InternetAccess): string {
  if (!isOn) return 'Off';
  if (preset === 'all') return 'Every domain';
  if (preset === 'none') return count(domains.length);
  return domains.length === 0 ? 'Common dependencies' : `Common dependencies + ${domains.length}`;
}

export const internetTone = ({ isOn, preset, methods }: InternetAccess): Tone => {
  if (!isOn) return 'off';
  return preset === 'all' && methods === 'all' ? 'warn' : 'info';
};

export const tryLooks = {
  queued: { tone: 'quiet', word: 'Waiting' },
  running: { tone: 'info', word: 'Running' },
  passed: { tone: 'ok', word: 'Set-up works' },
  failed: { tone: 'bad', word: 'Set-up fails' },
  cancelled: { tone: 'off', word: 'Cancelled' },
} as const satisfies Record<string, { tone: Tone; word: string }>;

export const offReason = 'Codex cloud is off in this workspace.';
