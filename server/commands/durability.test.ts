import { expect, test } from 'vitest';
import { foundOrganisation } from '#testing/organisation.ts';
import type { OwnApi } from '#testing/own-api-session.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

const rounds = 3;
const writesBeforeKill = 25;

async function groupNames(api: OwnApi): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await api.directory.groups.list(cursor === undefined ? {} : { cursor });
    names.push(...page.items.map(({ name }) => name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return names;
}

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
    const stored = new Set(await groupNames(owner.api));
    expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * writesBeforeKill);
});
