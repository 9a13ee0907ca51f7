import { evidence } from '../evidence.ts';
import { judgeExec } from '../judge.ts';
import type { AttemptPlan, ExecRun, Planned, RunFacts, Trial } from '../run-facts.ts';

const ways = [
  {
    name: 'telemetry-off-by-settings',
    title: 'Telemetry switched off in the member’s config.toml',
    args: [] as string[],
    settings: '[otel]\nexporter = "none"\nmetrics_exporter = "none"\n[analytics]\nenabled = false\n',
  },
  {
    name: 'telemetry-off-by-flag',
    title: 'Telemetry switched off on the command line',
    args: ['-c', 'otel.exporter="none"', '-c', 'otel.metrics_exporter="none"'],
    settings: '',
  },
];

export function planTelemetry({ policy, isSince }: Trial): Planned {
  const runs = ways.map((way): ExecRun => ({ kind: 'exec', ...way, steps: [{ command: 'true' }], asksServer: true }));
  const judge = (facts: RunFacts) => {
    const records = facts.sightings.filter(({ kind }) => kind === 'telemetry');
    const shown = records.map(({ at, detail }) => `${at.toISOString()} ${detail}`).join('\n');
    return {
      ...judgeExec(facts, () =>
        records.length > 0
          ? { verdict: 'held', observed: `${records.length} records of this run arrived all the same.` }
          : { verdict: 'broken', observed: 'No record of this run arrived.' },
      ),
      evidence: [
        evidence('telemetry', 'Records of this run in Reeve', shown || 'none'),
        evidence('client-output', 'What the client printed', facts.stderr),
      ],
    };
  };
  const attempts = ways.map(
    ({ name, title }): AttemptPlan => ({
      attempt: name,
      title,
      constraint: 'telemetry',
      surface: 'exec',
      expected: 'Records of what the client did arrive all the same.',
      run: name,
      unknownBecause: isSince('0.169.0') ? null : `not enforced by ${policy.shortVersion}: members can switch it off`,
      judge,
    }),
  );
  return { runs, attempts };
}
