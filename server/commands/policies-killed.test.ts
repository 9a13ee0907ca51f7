import { expect, test } from 'vitest';
import type { PolicySet } from '#contract/policy-set.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const rounds = 4;
const size = 120;

/** Every document, the whole order and the fallback say which set they are from. */
function setNumber(number: number, groups: readonly string[]): PolicySet {
  const contents = `# ${number}\nallowed_sandbox_modes = ["read-only"]\n`;
  const facts = { contents, defaults: '', tests: [], contact: String(number), explainsRules: false };
  const policies = Array.from({ length: size }, (_, index) => ({
    name: `Policy ${String(index).padStart(3, '0')}`,
    ...facts,
  }));
  const nameAt = (index: number) => policies[index % size]?.name ?? '';
  const order = groups.map((group, index) => ({ group, policy: nameAt(index + number) }));
  return { policies, assignment: { order, fallback: nameAt(number), baseline: null } };
}

test('kill -9 in the middle of an apply leaves the old set or the new one, and the apply goes on', async () => {
  const reeve = await openInstallation();
  let server = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  const { api } = owner;
  const groups = ['One', 'Two', 'Three'];
  for (const name of groups) await api.directory.groups.create({ name });
  const published = async () => {
    const { policies, assignment } = await api.policies.set.read({});
    return { policies, assignment };
  };
  const apply = (number: number) => api.policies.set.apply({ ...setNumber(number, groups), message: `Set ${number}` });
  await apply(0);
  let interrupted = 0;
  for (let round = 1; interrupted < rounds; round++) {
    const before = await api.policies.set.read({});
    const started = Date.now();
    await apply(round);
    const took = Date.now() - started;
    const now = await published();
    expect(now).toEqual(setNumber(round, groups));
    // Each time at another place of an apply of the same size; where it lands decides nothing of what has to hold.
    const next = round + 1000;
    const applying = apply(next).then(
      () => true,
      () => false,
    );
    await Promise.race([
      applying,
      new Promise((resolve) => setTimeout(resolve, (took * ((round % rounds) + 1)) / (rounds + 1))),
    ]);
    server.kill('SIGKILL');
    expect((await server.exit).signal).toBe('SIGKILL');
    const acknowledged = await applying;
    if (!acknowledged) interrupted += 1;
    server = await reeve.serve();
    const found = await api.policies.set.read({});
    const isNew = found.assignment.fallback === setNumber(next, groups).assignment.fallback;
    if (acknowledged) expect(isNew).toBe(true);
    expect(await published()).toEqual(isNew ? setNumber(next, groups) : now);
    expect(found.release).toBe(before.release + (isNew ? 2 : 1));
    expect((await apply(next)).changed).toBe(!isNew);
    expect(await published()).toEqual(setNumber(next, groups));
    expect((await apply(next)).changed).toBe(false);
  }
});
