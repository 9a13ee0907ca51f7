import { can } from '#contract/permissions.ts';
import type { Repeated } from '#server/jobs/repeat.ts';
import { permissionsFrom } from '#server/roles/index.ts';
import type { Services } from '#server/services.ts';
import { tellChanged } from '../attempts/changes.ts';
import { endAttempt } from '../attempts/end-attempt.ts';
import { listBusyMembers, listLiveAttemptsOf } from './standing-queries.ts';

type BusyMember = Awaited<ReturnType<typeof listBusyMembers>>[number];

const mayGoOn = ({ status, isOn, held }: BusyMember): boolean =>
  status === 'active' && isOn && can(permissionsFrom(held), 'codex-cloud.use');

function reasonOf({ isOn, status }: BusyMember): string {
  if (!isOn) return 'Codex cloud was turned off.';
  return status === 'active' ? 'No role of theirs includes Codex cloud.' : 'They are no active member.';
}

/**
 * Ends what waits and what runs for members who may not use Codex cloud any more. A lease goes with its attempt, so a runner is told to
 * stop with its next heartbeat and nothing that it sends counts. @returns how many attempts ended
 */
export async function endLostAccess({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> {
  let count = 0;
  for (const member of await listBusyMembers(db)) {
    if (mayGoOn(member)) continue;
    const { workspaceId } = member;
    for (const { id: attemptId } of await listLiveAttemptsOf(db, member)) {
      const end = { workspaceId, attemptId, ending: 'access-ended', detail: reasonOf(member), at: clock() } as const;
      if (!(await db.transaction().execute((tx) => endAttempt(tx, end)))) continue;
      tellChanged(workspaceId, [attemptId]);
      count += 1;
    }
  }
  return count;
}

const lookEveryMs = 2_000;
/** Even where nothing was announced: what was queued while its member's access ended is found here. */
const lookAnywayMs = 30_000;

/**
 * Looks when something that decides access changed, in this process or another one, and every half a minute anyway. Everything runs in
 * each process; an attempt ends once.
 */
export function watchAccess(services: Pick<Services, 'db' | 'clock' | 'changes'>): Repeated {
  const { changes } = services;
  let lookedAt = { generation: -1, time: Number.NEGATIVE_INFINITY };
  return {
    name: 'end-lost-access',
    everyMs: lookEveryMs,
    async run() {
      const { generation } = changes;
      const isDue = performance.now() - lookedAt.time >= lookAnywayMs;
      if (changes.isHeard() && generation === lookedAt.generation && !isDue) return false;
      await endLostAccess(services);
      lookedAt = { generation, time: performance.now() };
      return false;
    },
  };
}
