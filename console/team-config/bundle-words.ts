import { countOf } from '#console/ui/figures.ts';
import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { BundleUsage } from '#contract/team-config-bundles.ts';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';

export const severityLooks: Record<TeamConfigFinding['severity'], { tone: Tone; word: string }> = {
  error: { tone: 'bad', word: 'Error' },
  warning: { tone: 'warn', word: 'Warning' },
  note: { tone: 'info', word: 'Note' },
};

export const usageLooks: Record<BundleUsage['state'], { tone: Tone; word: string; meaning: string }> = {
  current: { tone: 'ok', word: 'Current', meaning: 'Has the newest version, unchanged.' },
  behind: { tone: 'warn', word: 'Behind', meaning: 'Has an older version.' },
  modified: { tone: 'bad', word: 'Modified', meaning: 'Has files that no version has.' },
};

export const usageStates = (['current', 'behind', 'modified'] as const).map((value) => ({
  value,
  label: usageLooks[value].word,
}));

/** "2 errors and 1 warning"; null without any. */
export function sayFindings(findings: readonly TeamConfigFinding[]): string | null {
  const count = (severity: TeamConfigFinding['severity'], word: string) => {
    const found = findings.filter((one) => one.severity === severity).length;
    return found === 0 ? [] : [countOf(found, word)];
  };
  const parts = [...count('error', 'error'), ...count('warning', 'warning'), ...count('note', 'note')];
  return parts.length === 0 ? null : parts.join(' and ');
}

export const plural = (count: number, one: string, many: string) => (count === 1 ? one : many);
