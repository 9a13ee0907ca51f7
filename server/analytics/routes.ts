import { record } from '#server/audit/index.ts';
import { callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { exportUsage } from './export-usage.ts';
import { shownZone } from './follow-zones.ts';
import { type Day, dayOf } from './local-days.ts';
import { type Interval, type Period, readPeriod } from './period.ts';
import { readGroups } from './read-groups.ts';
import { readMembers } from './read-members.ts';
import { codeReviewPanel, readStatus } from './read-status.ts';
import { readSummary } from './read-summary.ts';
import { readTools } from './read-tools.ts';
import { askRecount } from './recount-now.ts';
import { readSettingsRow } from './status-queries.ts';

interface AskedPeriod {
  from?: Day | undefined;
  to?: Day | undefined;
  interval?: Interval | undefined;
}

export function analyticsRoutes({ db, clock }: Services) {
  const routesOf = routes.analytics;
  const periodOf = async (
    context: RequestContext,
    asked: AskedPeriod,
  ): Promise<{ workspaceId: string; period: Period }> => {
    const { workspaceId } = callerOf(context);
    const { time_zone } = await readSettingsRow(db, workspaceId);
    const timeZone = await shownZone(db, workspaceId, time_zone);
    return { workspaceId, period: readPeriod(asked, { timeZone, today: dayOf(clock(), timeZone) }) };
  };
  return {
    summary: routesOf.summary.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      return readSummary(db, workspaceId, { period, filter: input });
    }),
    groups: routesOf.groups.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      return readGroups(db, workspaceId, { period, filter: input });
    }),
    tools: routesOf.tools.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      return readTools(db, workspaceId, { period, filter: input });
    }),
    members: routesOf.members.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      const { search, sort, direction, page, limit, ...filter } = input;
      return readMembers(db, workspaceId, { period, filter, search, sort, direction, page, limit });
    }),
    status: routesOf.status.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      return readStatus(db, workspaceId, { period, now: clock() });
    }),
    codeReviews: routesOf.codeReviews.handler(async ({ input, context }) => {
      await periodOf(context, input);
      return { panel: codeReviewPanel, reviews: [] };
    }),
    export: routesOf.export.handler(async ({ input, context }) => {
      const { workspaceId, period } = await periodOf(context, input);
      const { what, format, emails, surface, groupId } = input;
      const fileName = `codex-${what}-${period.from}-${period.to}.${format}`;
      await db.transaction().execute((tx) =>
        record(tx, callerOf(context).actor, 'analytics.exported', {
          at: clock(),
          subject: { kind: 'workspace', id: workspaceId, label: fileName },
          what,
          format,
          from: period.from,
          to: period.to,
          emails: emails === 'true',
        }),
      );
      context.responseHeaders.set('content-type', format === 'csv' ? 'text/csv; charset=utf-8' : 'application/json');
      context.responseHeaders.set('content-disposition', `attachment; filename="${fileName}"`);
      const filter = { surface, groupId };
      return exportUsage(db, workspaceId, { what, format, period, filter, withEmails: emails === 'true' });
    }),
    recount: routesOf.recount.handler(async ({ context }) => {
      const { workspaceId, actor } = callerOf(context);
      return { days: await askRecount({ db, clock }, { workspaceId, actor }) };
    }),
  };
}
