import { expect, test } from 'vitest';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const rounds = 3;
const writesBeforeKill = 25;

test('kill -9 in the middle of writing loses nothing that was acknowledged', async () => {
  const reeve = await openInstallation();
  let server = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  const acknowledged: string[] = [];
  for (let round = 0; round < rounds; round++) {
    const target = acknowledged.length + writesBeforeKill;
    for (let index = 0; server.running && acknowledged.length < target + 100; index++) {
      const name = `group ${round}-${index}`;
      // The call that the kill interrupts was never acknowledged.
      const created = await owner.api.directory.groups.create({ name }).catch(() => null);
      if (!created) break;
      acknowledged.push(name);
      if (acknowledged.length === target) server.kill('SIGKILL');
    }
    expect((await server.exit).signal).toBe('SIGKILL');
    server = await reeve.serve();
    const { items } = await owner.api.directory.groups.list({});
    const stored = new Set(items.map(({ name }) => name));
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * writesBeforeKill);
});
