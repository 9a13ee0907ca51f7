import { type ActivitySource, activitySources } from '#contract/activity-events.ts';
import type { Completeness, Freshness, PanelState, Panels } from '#contract/analytics-figures.ts';
import type { Database } from '#server/db/open-database.ts';
import { addDays } from './local-days.ts';
import { listMarks, type MarkPanel } from './mark-queries.ts';
import type { Period } from './period.ts';
import { figuresOf } from './read-figures.ts';
import { progressOf } from './recount-now.ts';
import { findOpenRecount } from './recount-queries.ts';
import { countReporting, countUnknown, listGroups, readSettingsRow, readWaiting } from './status-queries.ts';
import { countActive, listTotals, listUsed } from './usage-queries.ts';

async function readFreshness(
  db: Database,
  workspaceId: string,
  { period, now }: { period: Period; now: Date },
): Promise<Freshness> {
  const { waiting, oldest, newestAt, newestReceivedAt } = await readWaiting(db, workspaceId, {
    since: addDays(now.toISOString().slice(0, 10), -1),
  });
  const recount = await findOpenRecount(db, workspaceId);
  return {
    now: now.toISOString(),
    newestEventAt: newestAt?.toISOString() ?? null,
    newestReceivedAt: newestReceivedAt?.toISOString() ?? null,
    countedThrough: (oldest ?? now).toISOString(),
    waiting,
    secondsBehind: oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1000) : 0,
    timeZone: period.timeZone,
    recount: recount
      ? {
          because: recount.because,
          timeZone: recount.zone,
          ...progressOf(recount),
        }
      : null,
  };
}

const none = (sentence: string): PanelState => ({ state: 'none', sentence });
const notCollected = (sentence: string): PanelState => ({ state: 'not-collected', sentence });
const shown: PanelState = { state: 'shown', sentence: '' };

const codeReviews = notCollected('Reeve has no code reviews yet: they come with hosted tasks.');
export const codeReviewPanel = codeReviews;

interface Known {
  isLocalOn: boolean;
  calls: number;
  refused: number;
  unpriced: number;
  costUsd: number;
  credits: number;
  groups: number;
  isTelemetrySeen: boolean;
  has: Record<MarkPanel, boolean>;
}

/** Why there is nothing: because of a setting, because nobody tells, or because there was nothing. */
function panelsOf(known: Known): Panels {
  const isUsed = known.calls > 0;
  const unused = known.isLocalOn
    ? none('Nobody worked with Codex in this period.')
    : { state: 'off' as const, sentence: 'Codex Local is off in the settings: every local client is refused.' };
  const told = (isThere: boolean, nothing: string): PanelState => {
    if (isThere) return shown;
    if (!isUsed) return unused;
    return known.isTelemetrySeen
      ? none(nothing)
      : notCollected(
          'No client reported tool calls in this period: only model calls are known. Clients report after they have fetched the policy.',
        );
  };
  const priced = known.costUsd > 0 || known.credits > 0;
  return {
    usage: isUsed ? shown : unused,
    cost: priced
      ? shown
      : isUsed
        ? known.unpriced > 0
          ? notCollected('The models that were used have no price. Set prices under Models.')
          : none('What was used costs nothing by the prices that are set.')
        : unused,
    groups: known.groups > 0 ? shown : none('There are no groups yet.'),
    tools: told(known.has.tools, 'No tool was called in this period.'),
    decisions: told(known.has.decisions, 'No tool call had to be decided about in this period.'),
    blocked: told(known.has.blocked, 'Nothing was blocked in this period.'),
    refusals: known.refused > 0 ? shown : none('No model call was refused in this period.'),
    codeReviews,
  };
}

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

function sentencesOf({
  active,
  telemetry,
  unknown,
  unpriced,
  isContentKept,
}: {
  active: number;
  telemetry: number;
  unknown: number;
  unpriced: number;
  isContentKept: boolean;
}): string[] {
  return [
    'Model calls are complete: every one passes the gateway, which no member can switch off.',
    ...(active > 0
      ? [
          `${telemetry} of ${counted(active, 'active member', 'active members')} reported tool calls and decisions; of the others only model calls are known.`,
        ]
      : []),
    ...(unknown > 0
      ? [`${counted(unknown, 'event was', 'events were')} of a kind this version of Reeve does not know.`]
      : []),
    ...(unpriced > 0
      ? [
          `${counted(unpriced, 'model call has', 'model calls have')} no cost, because the model has no price or the upstream told no tokens.`,
        ]
      : []),
    isContentKept
      ? 'The text of prompts and answers is kept.'
      : 'The text of prompts and answers is not kept; only numbers are.',
  ];
}

/** How fresh and how whole the figures of a period are, why a panel shows nothing, and what there is to filter by. */
export async function readStatus(db: Database, workspaceId: string, { period, now }: { period: Period; now: Date }) {
  const settings = await readSettingsRow(db, workspaceId);
  const freshness = await readFreshness(db, workspaceId, { period, now });
  const totals = figuresOf(await listTotals(db, workspaceId, { period, filter: {} }), { filter: {} });
  const active = await countActive(db, workspaceId, { period, filter: {} });
  const reporting = new Map((await countReporting(db, workspaceId, period)).map((row) => [row.source, row]));
  const groups = await listGroups(db, workspaceId);
  const unknown = await countUnknown(db, workspaceId);
  const has = async (panel: MarkPanel) => (await listMarks(db, workspaceId, { panel, period, filter: {} })).length > 0;
  const used = await listUsed(db, workspaceId, period);
  const telemetry = Math.max(reporting.get('otel')?.members ?? 0, reporting.get('client-events')?.members ?? 0);
  const isContentKept = settings.local_content_kept;
  const completeness: Completeness = {
    activeMembers: active,
    reporting: (Object.keys(activitySources) as ActivitySource[]).map((source) => ({
      source,
      label: activitySources[source],
      members: reporting.get(source)?.members ?? 0,
      lastAt: reporting.get(source)?.lastAt?.toISOString() ?? null,
    })),
    unknownEvents: unknown,
    unpricedCalls: totals.unpricedCalls,
    isContentKept,
    sentences: sentencesOf({ active, telemetry, unknown, unpriced: totals.unpricedCalls, isContentKept }),
  };
  const panels = panelsOf({
    isLocalOn: settings.codex_local_enabled,
    calls: totals.calls,
    refused: totals.refusedCalls,
    unpriced: totals.unpricedCalls,
    costUsd: totals.costUsd,
    credits: totals.credits,
    groups: groups.length,
    isTelemetrySeen: telemetry > 0,
    has: {
      tools: await has('tools'),
      decisions: await has('decisions'),
      blocked: await has('blocked'),
      refusals: totals.refusedCalls > 0,
    },
  });
  const distinct = (name: 'surface' | 'model' | 'client') =>
    [...new Set(used.map((row) => row[name]))].filter((value) => value !== '').sort();
  return {
    timeZone: period.timeZone,
    from: period.from,
    to: period.to,
    freshness,
    completeness,
    panels,
    filters: { surfaces: distinct('surface'), models: distinct('model'), clients: distinct('client'), groups },
  };
}
