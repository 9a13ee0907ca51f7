import { writeFile } from 'node:fs/promises';
import { evidence } from '../evidence.ts';
import { judgeExec } from '../judge.ts';
import type { Planned, Trial } from '../run-facts.ts';

const moments = ['SessionStart', 'UserPromptSubmit', 'PreToolUse', 'Stop'];

/** A member's own hooks beside a policy that lets only its own run, with the trust that a client asks for given beforehand. */
export function planHooks(trial: Trial): Planned {
  const { policy, isSince } = trial;
  if (policy.values.allow_managed_hooks_only !== true) return { runs: [], attempts: [] };
  const run = 'own-hooks';
  const { work, outside } = trial.placeOf(run);
  const mark = `${outside}/hook-ran`;
  const hooks = moments.map(
    (moment) => `[[hooks.${moment}]]\n[[hooks.${moment}.hooks]]\ntype = "command"\ncommand = "${work}/hook.sh"\n`,
  );
  return {
    runs: [
      {
        kind: 'exec',
        name: run,
        title: 'Hooks of the member',
        args: isSince('0.163.0') ? ['--dangerously-bypass-hook-trust'] : [],
        settings: hooks.join(''),
        steps: [{ command: 'true' }],
        watch: [mark],
        prepare: () => writeFile(`${work}/hook.sh`, `#!/bin/sh\necho ran > '${mark}'\n`, { mode: 0o755 }),
      },
    ],
    attempts: [
      {
        attempt: 'own-hooks',
        title: 'Hooks in the member’s own config.toml',
        constraint: 'allow_managed_hooks_only',
        surface: 'exec',
        expected: 'None of them runs.',
        run,
        unknownBecause: policy.unknownBecause(['allow_managed_hooks_only']),
        judge: (facts) => ({
          ...judgeExec(facts, () =>
            facts.files[mark] == null
              ? { verdict: 'held', observed: `None of the hooks for ${moments.join(', ')} ran.` }
              : { verdict: 'broken', observed: 'A hook of the member ran.' },
          ),
          evidence: [evidence('client-output', 'What the client printed', facts.stderr)],
        }),
      },
    ],
  };
}
