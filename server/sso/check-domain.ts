import type { Actor } from '#server/audit/index.ts';
import { record, systemActor } from '#server/audit/index.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { storableText } from './cut-text.ts';
import { type DomainRow, findDomain, findVerifiedDomain, listEveryDomain, updateDomain } from './domain-queries.ts';
import { txtNameOf } from './domain-rules.ts';

export type CheckServices = Pick<Services, 'db' | 'clock' | 'log' | 'resolveTxt'>;

/** A record that is gone for less is a DNS move; for longer, the domain may have another owner. */
const missingForMs = 7 * 24 * 60 * 60 * 1000;

type Found = 'present' | 'absent' | 'unknown';

const errorCode = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? '';

/** In words for the page; `unknown` when the DNS did not answer, which proves nothing either way. */
async function lookUp({ resolveTxt }: CheckServices, row: DomainRow): Promise<{ found: Found; words: string }> {
  const name = txtNameOf(row.domain);
  try {
    const records = (await resolveTxt(name)).map((parts) => parts.join(''));
    if (records.some((text) => text.trim() === row.txt_value))
      return { found: 'present', words: 'The record is there.' };
    const seen = records.slice(0, 3).map((text) => `“${storableText(text, 100)}”`);
    return { found: 'absent', words: `${name} has another value: ${seen.join(', ')}.` };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOTFOUND' || code === 'ENODATA')
      return { found: 'absent', words: `There is no TXT record at ${name} yet.` };
    return {
      found: 'unknown',
      words: `The DNS could not be asked (${code || String(error)}). Try again in a few minutes.`,
    };
  }
}

interface Outcome {
  status: DomainRow['status'];
  missing_since: Date | null;
  verified_at: Date | null;
}

/** A verified domain stands for a week without its record. */
function outcomeOf(row: DomainRow, found: Found, at: Date): Outcome {
  const { status, missing_since, verified_at } = row;
  if (found === 'present') return { status: 'verified', missing_since: null, verified_at: verified_at ?? at };
  if (found === 'unknown' || status === 'pending') return { status, missing_since, verified_at };
  const since = missing_since ?? at;
  return at.getTime() - since.getTime() < missingForMs
    ? { status, missing_since: since, verified_at }
    : { status: 'pending', missing_since: null, verified_at: null };
}

async function checkRow(services: CheckServices, actor: Actor, row: DomainRow): Promise<Outcome> {
  const { db, clock } = services;
  const { found, words } = await lookUp(services, row);
  const at = clock();
  return db.transaction().execute(async (tx) => {
    const outcome = outcomeOf(row, found, at);
    const lapses = row.status === 'verified' && outcome.status === 'pending';
    if (outcome.status === 'verified' && row.status === 'pending') {
      const other = await findVerifiedDomain(tx, row.workspace_id, row.domain);
      if (other && other.id !== row.id) throw new ReeveError('already-exists');
    }
    const connection = lapses ? { connection_id: null } : {};
    await updateDomain(tx, row.id, { ...outcome, ...connection, last_checked_at: at, last_check: words });
    const subject = { kind: 'email-domain', id: row.id, label: row.domain };
    if (lapses) await record(tx, actor, 'email-domain.lapsed', { at, subject, found: words });
    if (actor.kind === 'member')
      await record(tx, actor, 'email-domain.checked', { at, subject, found: words, status: outcome.status });
    return outcome;
  });
}

/** Looks for the DNS record now. @throws ReeveError not-found */
export async function checkDomain(
  services: CheckServices,
  { workspaceId, actor }: { workspaceId: string; actor: Actor },
  id: string,
): Promise<void> {
  const row = await findDomain(services.db, workspaceId, id);
  if (!row) throw new ReeveError('not-found');
  await checkRow(services, actor, row);
}

/** For the daily job. @returns how many are verified, wait, or lapsed just now */
export async function checkEveryDomain(
  services: CheckServices,
): Promise<{ verified: number; pending: number; lapsed: number }> {
  const counts = { verified: 0, pending: 0, lapsed: 0 };
  for (const row of await listEveryDomain(services.db)) {
    const { status } = await checkRow(services, systemActor('the daily check of domains', row.workspace_id), row);
    counts[status] += 1;
    if (row.status === 'verified' && status === 'pending') {
      counts.lapsed += 1;
      services.log.warn(
        { domain: row.domain },
        'an e-mail domain no longer counts: its DNS record was gone for a week',
      );
    }
  }
  return counts;
}
