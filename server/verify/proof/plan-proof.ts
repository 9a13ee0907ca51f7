import { planAppServer } from './attempts/app-server.ts';
import { planFeatures } from './attempts/features.ts';
import { planForgeries } from './attempts/forgeries.ts';
import { planHooks } from './attempts/hooks.ts';
import { planIntended } from './attempts/intended.ts';
import { planLeftOut } from './attempts/left-out.ts';
import { planNetwork } from './attempts/network.ts';
import { planProvider } from './attempts/provider.ts';
import { planReadBack } from './attempts/read-back.ts';
import { planReads } from './attempts/reads.ts';
import { planRules } from './attempts/rules.ts';
import { planSandbox } from './attempts/sandbox.ts';
import { planOlderClient, planStraightCalls } from './attempts/straight.ts';
import { planTelemetry } from './attempts/telemetry.ts';
import { planMcp, planWebSearch } from './attempts/tools.ts';
import { withControl } from './judge.ts';
import type { Planned, Trial } from './run-facts.ts';

/** Attempts that hold only where commands can run at all. */
const needingCommands = ({ runs, attempts }: Planned): Planned => ({
  runs,
  attempts: attempts.map((plan) => ({
    ...plan,
    judge: (facts) => (plan.run === null ? plan.judge(facts) : withControl(facts, plan.judge(facts))),
  })),
});

/**
 * Everything to try on one policy with one client, in the order of the report. The run as intended comes first: what forges its files
 * takes them from there.
 */
export async function planProof(trial: Trial): Promise<Planned> {
  const parts: Planned[] = [
    planIntended(trial),
    planSandbox(trial),
    planRules(trial),
    planWebSearch(trial),
    planMcp(trial),
    planFeatures(trial),
    planHooks(trial),
    needingCommands(await planReads(trial)),
    needingCommands(await planNetwork(trial)),
    planProvider(trial),
    planTelemetry(trial),
    planAppServer(trial),
    await planForgeries(trial),
    planStraightCalls(trial),
    planOlderClient(trial),
    planLeftOut(trial),
  ];
  const attempts = parts.flatMap((part) => part.attempts);
  const rest = planReadBack(trial, new Set(attempts.map(({ constraint }) => constraint)));
  const runs = [...parts, rest].flatMap((part) => part.runs);
  return { runs, attempts: [...attempts, ...rest.attempts] };
}
