import type { Services } from '#server/services.ts';
import { type EnvironmentUser, mayEdit } from './environment-user.ts';
import { listRefusedHosts } from './needed-domain-queries.ts';
import { requireEnvironment } from './require-environment.ts';

const lookBackDays = 14;
const dayMs = 24 * 60 * 60 * 1000;

/** What another setting would have let through. Whoever may not change the environment sees what their own tasks were refused. */
export async function readNeededDomains(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  user: EnvironmentUser,
  id: string,
) {
  const environment = await requireEnvironment(db, user, id);
  const since = new Date(clock().getTime() - lookBackDays * dayMs);
  const memberId = mayEdit(user, environment) ? null : user.memberId;
  const rows = await listRefusedHosts(db, user.workspaceId, { environmentId: id, memberId, since });
  return {
    items: rows.map(({ lastAt, ...row }) => ({ ...row, lastAt: lastAt.toISOString() })),
    since: since.toISOString(),
  };
}
