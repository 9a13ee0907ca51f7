import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { VerifyCheck } from '#contract/setup.ts';

type State = VerifyCheck['state'];

export const stateWords: Record<State, { word: string; many: string; tone: Tone }> = {
  problem: { word: 'Problem', many: 'problems', tone: 'bad' },
  warning: { word: 'Warning', many: 'warnings', tone: 'warn' },
  unknown: { word: 'Unknown', many: 'unknown', tone: 'quiet' },
  ok: { word: 'All right', many: 'all right', tone: 'ok' },
};

/** What needs somebody comes first. */
export const statesInOrder = ['problem', 'warning', 'unknown', 'ok'] as const satisfies readonly State[];

export const areaWords: Record<VerifyCheck['area'], string> = {
  people: 'People',
  'sign-in': 'Sign-in',
  access: 'Access',
  policies: 'Policies',
  governance: 'Governance',
  machine: 'Server',
  upstream: 'Models',
};
export const areaNames = Object.keys(areaWords) as VerifyCheck['area'][];

export const countByState = (checks: readonly VerifyCheck[]): Record<State, number> => ({
  problem: checks.filter(({ state }) => state === 'problem').length,
  warning: checks.filter(({ state }) => state === 'warning').length,
  unknown: checks.filter(({ state }) => state === 'unknown').length,
  ok: checks.filter(({ state }) => state === 'ok').length,
});

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** “Is everything all right?”, in one sentence. */
export function answerOf(checks: readonly VerifyCheck[]): { tone: 'ok' | 'warn' | 'bad'; title: string } {
  const { problem, warning, unknown } = countByState(checks);
  const rest = [
    ...(warning > 0 ? [counted(warning, 'warning', 'warnings')] : []),
    ...(unknown > 0 ? [`${unknown} unknown`] : []),
  ].join(', ');
  if (problem > 0)
    return { tone: 'bad', title: `No: ${counted(problem, 'problem', 'problems')}${rest ? `, ${rest}` : ''}` };
  if (warning > 0) return { tone: 'warn', title: `Nothing is broken, with ${rest}` };
  return { tone: 'ok', title: `Everything is all right${rest ? `, as far as it could be looked at (${rest})` : ''}` };
}
