import type { App } from 'octokit';
import { newId } from '#server/crypto/ids.ts';
import { isReeveError } from '#server/fail.ts';
import { AddressRefused } from '#server/http/guarded-fetch.ts';
import type { Services } from '#server/services.ts';
import { type ConnectionRow, updateConnection } from '../connections/connection-queries.ts';
import { asGitServerError, openApp } from '../github/open-app.ts';
import { insertDelivery, knownGuids } from './delivery-queries.ts';
import { emptyPayload, readPayload } from './kept-payload.ts';

/** Deliveries may still have been on their way when they were looked for last. */
const overlapMs = 10 * 60_000;
const perPage = 100;

interface Listed {
  id: number;
  guid: string;
  event: string;
  deliveredAt: Date;
  status: string;
  statusCode: number;
}

/** What GitHub sent since then, newest first. */
async function listSince({ octokit }: App, since: Date): Promise<Listed[]> {
  const found: Listed[] = [];
  for await (const { data } of octokit.paginate.iterator('GET /app/hook/deliveries', { per_page: perPage })) {
    const page = data.map(({ id, guid, event, delivered_at, status, status_code }) => ({
      ...{ id, guid, event, status, statusCode: status_code },
      deliveredAt: new Date(delivered_at),
    }));
    found.push(...page.filter(({ deliveredAt }) => deliveredAt >= since));
    if (page.some(({ deliveredAt }) => deliveredAt < since)) break;
  }
  return found;
}

/** GitHub says 0 where it found nobody to talk to. */
const isDelivered = ({ statusCode }: Listed): boolean => statusCode >= 200 && statusCode < 300;

/** A delivery and its redeliveries have one id; the oldest says when it happened. */
const oldestOfEach = (listed: readonly Listed[]): Listed[] => [
  ...new Map(listed.map((each) => [each.guid, each])).values(),
];

/** One that is too large to be read is written down as failed: it would be in the way of all others for good. */
async function askPayload(
  { octokit }: App,
  delivery_id: number,
): Promise<{ payload: unknown; problem: string | null }> {
  try {
    const { data } = await octokit.request('GET /app/hook/deliveries/{delivery_id}', { delivery_id });
    return { payload: data.request.payload, problem: null };
  } catch (error) {
    if (!(error instanceof Error && error.cause instanceof AddressRefused)) throw error;
    return { payload: null, problem: `GitHub’s copy could not be read: ${error.cause.message}` };
  }
}

async function takeMissed(
  services: Pick<Services, 'db' | 'clock'>,
  app: App,
  connection: ConnectionRow,
  missed: Listed,
) {
  const told = await askPayload(app, missed.id);
  // Asked over our own call as the app: nothing has to be signed.
  const read = readPayload(told.payload);
  const { action, repository, kept } = read ?? emptyPayload;
  const at = services.clock();
  return insertDelivery(services.db, {
    id: newId('gde'),
    workspace_id: connection.workspace_id,
    connection_id: connection.id,
    guid: missed.guid,
    event: missed.event,
    action,
    repository,
    installation: kept.installationId,
    payload: JSON.stringify(kept),
    state: read ? 'waiting' : 'failed',
    problem: read ? null : (told.problem ?? 'The payload has another form than GitHub describes.'),
    is_caught_up: true,
    body_hash: null,
    due_at: at,
    received_at: missed.deliveredAt,
    done_at: read ? null : at,
  });
}

function problemOf(newest: Listed | undefined): string | null {
  if (!newest || isDelivered(newest)) return null;
  return `GitHub could not deliver “${newest.event}”: ${newest.status || `status ${newest.statusCode}`}. What was missed is fetched.`;
}

/**
 * Looks at GitHub's list of deliveries for those that never came here, and takes them in.
 * @returns how many
 * @throws ReeveError git-server-failed; it is kept on the connection, too
 */
export async function catchUpDeliveries(
  services: Pick<Services, 'db' | 'clock' | 'secrets'>,
  connection: ConnectionRow,
): Promise<{ taken: number }> {
  const { db, clock } = services;
  const askedAt = clock();
  const since = new Date((connection.caught_up_at ?? connection.created_at).getTime() - overlapMs);
  try {
    const app = await openApp(services, connection);
    const listed = await listSince(app, since);
    const each = oldestOfEach(listed);
    const known = await knownGuids(db, connection.workspace_id, {
      connectionId: connection.id,
      guids: each.map(({ guid }) => guid),
    });
    let taken = 0;
    for (const missed of each.filter(({ guid }) => !known.has(guid)).reverse())
      if (await takeMissed(services, app, connection, missed)) taken += 1;
    await updateConnection(db, connection, { caught_up_at: askedAt, webhook_problem: problemOf(listed[0]) });
    return { taken };
  } catch (cause) {
    const error = asGitServerError(cause, connection);
    if (isReeveError(error)) await updateConnection(db, connection, { webhook_problem: error.message });
    throw error;
  }
}
