import { isWorkspaceId, workspaceUuid } from '#contract/workspace-uuid.ts';
import { openReadingRecords } from '#server/audit/index.ts';
import { rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import type { KeyHolder } from '#server/http/request-context.ts';
import { type Dialect, keyOf, type WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { encodePage } from './page-cursor.ts';
import { type ReportQuery, readReportQuery } from './read-query.ts';
import { type PlacedRow, readUsage } from './read-usage.ts';
import { notValid, renderError } from './render-error.ts';
import { writePage } from './write-page.ts';

/** Of each endpoint with each key: as the vendor's other governance endpoints. */
export const analyticsCalls = { name: 'analytics-api', points: 100, perSeconds: 60 } as const;

const reports = {
  usage: { summary: 'What was used, by day and member', hasGroup: true },
  code_reviews: { summary: 'Code reviews, by day', hasGroup: false },
  code_review_responses: { summary: 'Answers to code reviews, by day', hasGroup: false },
} as const;
type Report = keyof typeof reports;

const anyId = /^(ws_[0-9A-Za-z]{1,64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** @throws ReeveError bad-input for what is no id of a workspace, not-found for any but the key's own */
function checkWorkspace(written: string, { workspaceId }: KeyHolder): void {
  if (isWorkspaceId(written, workspaceId)) return;
  if (anyId.test(written)) throw new ReeveError('not-found', {}, { message: 'This key knows no such workspace.' });
  const msg = 'A workspace is named by its UUID, or by its id in Reeve: ws_…';
  throw notValid([{ loc: ['path', 'workspace_id'], msg, type: 'uuid_parsing', input: written.slice(0, 100) }]);
}

// Reviews of code are not part of Reeve yet: there are none to tell of.
async function* noRows(): AsyncGenerator<PlacedRow> {}

const cursorIn =
  (of: Report, query: ReportQuery) =>
  ({ bucket, memberId }: PlacedRow): string =>
    encodePage({
      ...query.asked,
      of,
      from: query.from,
      until: query.until,
      bucket,
      memberId,
    });

/** The vendor's Codex Enterprise Analytics API (Admin API 2.5.3): same paths, parameters, rows and errors, on our host. */
export function analyticsApiDialect(services: Pick<Services, 'db' | 'clock'>): Dialect {
  const { db, clock } = services;
  const limit = rateLimit(db, analyticsCalls);
  const recordReading = openReadingRecords(services);
  const admit = async ({ keyId }: KeyHolder, of: Report) => {
    const admission = await limit.take(`${keyId} ${of}`);
    if (!admission.allowed) throw new ReeveError('too-many-calls', { retryAfterSeconds: admission.retryAfterSeconds });
  };
  const handle = async (of: Report, call: WireCall): Promise<Response> => {
    const key = keyOf(call);
    await admit(key, of);
    checkWorkspace(call.c.req.param('workspace_id') ?? '', key);
    const { searchParams } = new URL(call.c.req.url);
    const query = readReportQuery(searchParams, { of, hasGroup: reports[of].hasGroup }, clock());
    const { workspaceId, actor } = key;
    const subject = { kind: 'workspace', id: workspaceId, label: workspaceUuid(workspaceId) };
    await recordReading(actor, 'analytics.read', { often: 'hourly', what: of, subject, parameters: query.asked });
    const rows = of === 'usage' ? readUsage(db, workspaceId, query) : noRows();
    return writePage(rows, { limit: query.limit, cursorAfter: cursorIn(of, query) });
  };
  return {
    name: 'Analytics API',
    routes: (Object.keys(reports) as Report[]).map((of) => ({
      method: 'GET',
      path: `/v1/analytics/codex/workspaces/:workspace_id/${of}`,
      allow: { scope: 'codex.enterprise.analytics.read' },
      summary: reports[of].summary,
      handle: (call) => handle(of, call),
    })),
    renderError,
  };
}
