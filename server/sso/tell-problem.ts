import { z } from 'zod';
import { SignOnProblem } from '#contract/sso.ts';
import { record } from '#server/audit/index.ts';
import type { Database } from '#server/db/open-database.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { type ProblemCode, problems, type SignOnRefused } from './problems.ts';

const signerPurpose = 'sso-problem';
/** A page that stayed open overnight still explains itself; a link that is passed around does not, for ever. */
const toldForMs = 24 * 60 * 60 * 1000;

const Told = z.object({
  code: SignOnProblem.shape.code,
  sentence: z.string(),
  connectionName: z.string().nullable(),
  said: z.string().nullable(),
  reference: z.string(),
  at: z.string(),
  next: z.string(),
});

export interface Happened {
  error: SignOnRefused;
  connection: { name: string; workspace_id: string; id: string } | null;
  reference: string;
  ip: string | null;
  next: string;
}

/** Nothing an administrator could do something about: not worth a line in their log. */
const unaudited = new Set<ProblemCode>(['expired', 'wrong-browser', 'settings-changed', 'too-many-attempts']);

/** Anybody can be refused: an attack must not fill the log. */
const refusals = (db: Database) => rateLimit(db, { name: 'sso-audited', points: 300, perSeconds: 60 * 60 });

/**
 * Where the browser is sent when a sign-on fails: a page of the console. What it says is signed, so that nobody can make it say anything
 * else, and stands in the fragment, which goes into no log.
 */
export async function problemAddress(
  { db, clock, signerFor, log }: Pick<Services, 'db' | 'clock' | 'signerFor' | 'log'>,
  { error, connection, reference, ip, next }: Happened,
): Promise<string> {
  const at = clock();
  const { code, message: sentence, said } = error;
  if (connection && !unaudited.has(code) && (await refusals(db).take(connection.workspace_id)).allowed) {
    log.info({ code, err: error, connection: connection.name, reference }, 'a single sign-on was refused');
    const actor = {
      kind: 'anonymous',
      id: null,
      label: 'not signed in',
      workspaceId: connection.workspace_id,
      ip,
    } as const;
    const subject = { kind: 'sso-connection', id: connection.id, label: connection.name };
    await db
      .transaction()
      .execute((tx) => record(tx, actor, 'sso.sign-in-refused', { at, subject, code, sentence, said, reference }));
  }
  const told: z.infer<typeof Told> = {
    ...{ code, sentence, said, reference, next },
    connectionName: connection?.name ?? null,
    at: at.toISOString(),
  };
  return `/sign-in/problem#${await signerFor(signerPurpose).sign(told)}`;
}

/** @throws ReeveError not-found: not ours, or too old */
export async function readProblem(
  { signerFor, clock }: Pick<Services, 'signerFor' | 'clock'>,
  token: string,
): Promise<SignOnProblem> {
  const told = Told.safeParse(await signerFor(signerPurpose).verify(token));
  if (!told.success || clock().getTime() - Date.parse(told.data.at) > toldForMs) throw new ReeveError('not-found');
  const { sendTo, advice } = problems[told.data.code];
  return { ...told.data, sendTo, advice };
}
