import { countUnknown, recordActivity } from '#server/activity/index.ts';
import type { Services } from '#server/services.ts';
import { type FormerEvent, takeFormerEvents } from '../queries.ts';
import { type ReadReport, readReport } from './read-reports.ts';
import { ReportedEvents } from './wire.ts';

const batchRows = 200;

function readFormer(row: FormerEvent): ReadReport[] {
  const read = ReportedEvents.safeParse({ events: [row.event] });
  const reporter = {
    workspaceId: row.workspace_id,
    memberId: row.member_id,
    email: row.member_email,
    userAgent: row.user_agent,
  };
  return read.success ? read.data.events.map((event) => readReport(event, reporter, row.received_at)) : [];
}

/** Runs of rows that arrived together: each event is as old as its report. */
function byArrival(rows: readonly FormerEvent[]): FormerEvent[][] {
  const groups = new Map<number, FormerEvent[]>();
  for (const row of rows)
    groups.set(row.received_at.getTime(), [...(groups.get(row.received_at.getTime()) ?? []), row]);
  return [...groups.values()];
}

/** Makes activity events of what clients reported before there were any. @returns how many reports */
export async function adoptFormerEvents({ db, signals }: Pick<Services, 'db' | 'signals'>): Promise<number> {
  let isStopping = false;
  const stop = () => {
    isStopping = true;
  };
  signals.once('stopping', stop);
  let adopted = 0;
  for (let taken = batchRows; taken === batchRows && !isStopping; adopted += taken) {
    taken = await db.transaction().execute(async (tx) => {
      const rows = await takeFormerEvents(tx, batchRows);
      for (const group of byArrival(rows)) {
        const at = group[0]?.received_at ?? new Date();
        const read = group.flatMap(readFormer);
        await recordActivity(
          tx,
          read.map(({ event }) => event),
          at,
        );
        const unknown = read.flatMap(({ event: { workspaceId, source, clientVersion }, unknownName: name }) =>
          name === null ? [] : [{ workspaceId, source, clientVersion, name }],
        );
        await countUnknown(tx, unknown, at);
      }
      return rows.length;
    });
  }
  signals.off('stopping', stop);
  return adopted;
}
