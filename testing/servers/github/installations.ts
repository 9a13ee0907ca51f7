import type { Simulation } from './api/routes.ts';
import type { Simulator } from './simulator.ts';
import { repositoriesInside, shortRepositories } from './webhooks.ts';
import { type Installation, repositoriesOf, requireAccount } from './world.ts';

type Parts = Pick<Simulator, 'install' | 'suspend' | 'unsuspend' | 'changeRepositories'>;

/** What an owner does with an app in an organisation, and what the app hears of it. */
export function installOn({ world, hooks }: Simulation): Parts {
  async function changed(installation: Installation, action: string, by: string): Promise<void> {
    installation.updatedAt = world.now();
    const repositories = repositoriesInside(world, installation);
    const sender = requireAccount(world, by);
    await hooks.send({ event: 'installation', action, installation, sender, payload: { repositories } });
  }
  return {
    async install(app, login, { by, repositories = 'all', permissions } = {}) {
      const account = requireAccount(world, login);
      const at = world.now();
      const installation: Installation = {
        id: world.nextId(),
        app,
        account,
        selection: repositories === 'all' ? 'all' : 'selected',
        chosen: new Set(repositories === 'all' ? [] : repositories),
        permissions: permissions ?? app.permissions,
        events: app.events,
        suspended: null,
        createdAt: at,
        updatedAt: at,
      };
      world.installations.set(installation.id, installation);
      await changed(installation, 'created', by ?? [...account.owners][0] ?? login);
      return installation;
    },
    async suspend(installation, by) {
      installation.suspended = { at: world.now(), by: requireAccount(world, by) };
      await changed(installation, 'suspend', by);
    },
    async unsuspend(installation, by) {
      installation.suspended = null;
      await changed(installation, 'unsuspend', by);
    },
    async changeRepositories(installation, to, by) {
      const before = repositoriesOf(world, installation);
      installation.selection = to === 'all' ? 'all' : 'selected';
      installation.chosen = new Set(to === 'all' ? [] : to);
      installation.updatedAt = world.now();
      const after = repositoriesOf(world, installation);
      const added = after.filter((one) => !before.includes(one));
      const removed = before.filter((one) => !after.includes(one));
      const sender = requireAccount(world, by);
      for (const [action, some] of [
        ['added', added],
        ['removed', removed],
      ] as const) {
        if (some.length === 0) continue;
        await hooks.send({
          event: 'installation_repositories',
          action,
          installation,
          sender,
          payload: {
            repository_selection: installation.selection,
            repositories_added: action === 'added' ? shortRepositories(some) : [],
            repositories_removed: action === 'removed' ? shortRepositories(some) : [],
            requester: null,
          },
        });
      }
    },
  };
}
