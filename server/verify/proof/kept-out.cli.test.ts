import { afterAll, beforeAll, expect, test } from 'vitest';
import { openProofWorld, type ProofWorld } from '#testing/proof-subject.ts';
import { provePolicy } from './prove-policy.ts';

let world: ProofWorld;
beforeAll(async () => {
  world = await openProofWorld({ oldClientsAllowed: false });
});
afterAll(() => world.close());

test('a client that the workspace does not let in is well refused, and nothing else of it is judged', async () => {
  const contents = 'allowed_sandbox_modes = ["read-only"]\nallow_managed_hooks_only = true\n';
  const outcome = await provePolicy(await world.subject({ contents }, '0.120.0'), {
    signal: AbortSignal.timeout(110_000),
    onProgress: () => undefined,
    onAttempt: () => undefined,
  });
  const gateway = outcome.attempts.find(({ attempt }) => attempt === 'works-through-the-gateway');
  expect(gateway).toMatchObject({
    verdict: 'held',
    observed: expect.stringContaining('cannot carry the workspace policy'),
  });
  const judged = outcome.attempts.filter(({ verdict }) => verdict !== 'not-tried').map(({ attempt }) => attempt);
  expect(judged.sort()).toEqual(['policy-delivered', 'works-through-the-gateway']);
  expect(outcome.verdict).toBe('held');
}, 120_000);
