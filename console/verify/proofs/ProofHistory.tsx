import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf, formatDuration } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { ProofRun } from '#contract/proofs.ts';
import { maySoonChange, sayRun } from './proof-words.ts';
import { RunBadge } from './RunProgress.tsx';

const everyMs = 5_000;

export const startedByWords = ({ trigger, startedBy }: Pick<ProofRun, 'trigger' | 'startedBy'>): string =>
  trigger === 'schedule' ? 'the schedule' : trigger === 'key' ? `the key ${startedBy}` : shortName(startedBy);

export const tookMs = ({ startedAt, finishedAt }: Pick<ProofRun, 'startedAt' | 'finishedAt'>): number | null =>
  startedAt && finishedAt ? Date.parse(finishedAt) - Date.parse(startedAt) : null;

const columns: DataColumn<ProofRun>[] = [
  {
    id: 'number',
    header: 'Proof',
    phone: 'title',
    cell: ({ id, number }) => (
      <TextLink to={paths.proofRun} params={{ id }} underline="hover" fw={600} inherit style={{ whiteSpace: 'nowrap' }}>
        Proof {number}
      </TextLink>
    ),
  },
  { id: 'verdict', header: 'Verdict', phone: 'side', cell: (run) => <RunBadge run={run} /> },
  { id: 'detail', header: 'Found', phone: 'detail', cell: (run) => sayRun(run).detail ?? '' },
  {
    id: 'cells',
    header: 'Combinations',
    align: 'end',
    phone: 'detail',
    cell: ({ cellsDone, cellsTotal }) => (cellsDone === cellsTotal ? cellsTotal : `${cellsDone} of ${cellsTotal}`),
    phoneCell: ({ cellsTotal }) => countOf(cellsTotal, 'combination'),
  },
  { id: 'by', header: 'Started by', phone: 'detail', cell: startedByWords },
  { id: 'at', header: 'When', phone: 'detail', cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  { id: 'took', header: 'Took', align: 'end', phone: 'none', cell: (run) => formatDuration(tookMs(run)) },
  {
    id: 'certificate',
    header: 'Certificate',
    phone: 'detail',
    cell: ({ id, certificateId, number }) =>
      certificateId === null ? (
        ''
      ) : (
        <TextLink to={paths.certificate} params={{ id }} inherit aria-label={`Certificate of proof ${number}`}>
          Certificate
        </TextLink>
      ),
  },
];

/** Every run, the newest first. */
export function ProofHistory({ prove }: { prove: ReactNode }) {
  const { cursor } = useSearch({ from: '/shell/verify/proofs' });
  const navigate = useNavigate({ from: '/verify/proofs' });
  const show = (next: string | undefined) => void navigate({ search: (old) => ({ ...old, cursor: next }) });
  const runs = useQuery(
    api.proofs.runs.queryOptions({
      input: { limit: 50, ...(cursor && { cursor }) },
      placeholderData: keepPreviousData,
      refetchInterval: ({ state }) =>
        state.data?.items.some((run) => maySoonChange(run, new Date())) ? everyMs : false,
    }),
  );
  return (
    <Loaded query={runs} what="The earlier proofs could not be loaded" skeleton={<RowSkeletons />}>
      {({ items, nextCursor }) => (
        <>
          {items.length === 0 && <EmptyState action={prove}>Every proof stays here with its evidence.</EmptyState>}
          <DataTable
            label="Proofs"
            columns={columns}
            rows={items}
            rowId={({ id }) => id}
            onOpen={({ id }) => void navigate({ to: paths.proofRun, params: { id } })}
          />
          <Pager
            label="Pages of proofs"
            shown={items.length}
            isFirst={!cursor}
            hasNext={nextCursor !== null}
            onFirst={() => show(undefined)}
            onNext={() => show(nextCursor ?? undefined)}
          />
        </>
      )}
    </Loaded>
  );
}
