import type { AccessChanges } from '#server/db/access-changes.ts';
import { keepFacts } from '#server/db/keep-facts.ts';
import type { Services } from '#server/services.ts';
import { type ApplicablePolicies, noPolicies, readApplicablePolicies } from './delivery-queries.ts';

type Member = { workspaceId: string; memberId: string };

/** Ids only, so that everybody of a large organisation fits. */
const keptMembers = 100_000;

const readers = new WeakMap<AccessChanges, (member: Member) => Promise<ApplicablePolicies>>();

function openReader({ db, changes }: Pick<Services, 'db' | 'changes'>) {
  // Ids hold no line break, so the two make one key.
  const read = keepFacts<ApplicablePolicies>(
    changes,
    (key) => {
      const [workspaceId = '', memberId = ''] = key.split('\n');
      return readApplicablePolicies(db, { workspaceId, memberId, policyKey: null });
    },
    { max: keptMembers },
  );
  return async ({ workspaceId, memberId }: Member): Promise<ApplicablePolicies> =>
    (await read(`${workspaceId}\n${memberId}`)) ?? { ...noPolicies };
}

/**
 * What applies to a member and whether it was delivered, from memory while nothing changed. The delivery is noted on what is returned
 * as well: its table announces nothing, because a delivery never changes what applies.
 */
export function keptApplicablePolicies(services: Pick<Services, 'db' | 'changes'>) {
  const reader = readers.get(services.changes) ?? openReader(services);
  readers.set(services.changes, reader);
  return reader;
}
