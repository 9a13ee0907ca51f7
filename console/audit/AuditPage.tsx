import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { browserName } from '#console/identity/browser-name.ts';
import type { AuditSearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { AuditEntry } from '#contract/audit.ts';
import { AuditFilters, ChosenFilters } from './AuditFilters.tsx';
import { ChainState } from './ChainState.tsx';
import { EntryDrawer } from './EntryDrawer.tsx';
import { ExportMenu } from './ExportMenu.tsx';

type Search = z.infer<typeof AuditSearch>;

/** A session is about a browser, which calls itself by a long line. */
const Subject = ({ label }: { label: string }) => (
  <span title={label}>{label.startsWith('Mozilla/') ? browserName(label) : shortName(label)}</span>
);

const columns: DataColumn<AuditEntry>[] = [
  {
    id: 'sentence',
    header: 'What',
    phone: 'title',
    cell: ({ id, sentence }) => (
      <TextLink
        to={paths.audit}
        search={(old) => ({ ...old, entry: id })}
        underline="hover"
        fw={600}
        inherit
        resetScroll={false}
      >
        {sentence}
      </TextLink>
    ),
  },
  {
    id: 'subject',
    header: 'About',
    phone: 'detail',
    cell: ({ subject }) => (subject ? <Subject label={subject.label} /> : null),
  },
  { id: 'actor', header: 'By', phone: 'detail', cell: ({ actor }) => shortName(actor.label) },
  { id: 'at', header: 'When', phone: 'detail', cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'event', header: 'Event', isExtra: true, cell: ({ event }) => <code>{event}</code> },
  { id: 'ip', header: 'From', isExtra: true, cell: ({ ip }) => ip ?? '' },
];

/** Who changed what, and when. */
export function AuditPage() {
  const search = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const { entry, ...input } = search;
  const entries = useQuery(api.audit.list.queryOptions({ input, placeholderData: keepPreviousData }));
  const filter = (part: Partial<Search>) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, entry: undefined, ...part }), replace: true });
  const open = (id: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, entry: id }), resetScroll: false });
  const { cursor: _cursor, ...filters } = input;
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  const rows = entries.data?.items ?? [];
  const names = {
    actor: rows.find(({ actor }) => actor.id === search.actorId)?.actor.label,
    subject: rows.find(({ subject }) => subject?.id === search.subjectId)?.subject?.label,
  };
  return (
    <Page
      isWide
      title="Audit"
      description="Who changed what in this workspace, newest first."
      action={<ExportMenu search={search} isFiltered={isFiltered} />}
    >
      <ChainState />
      <Loaded query={entries} what="The audit log could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) => (
          <>
            <ChosenFilters search={search} names={names} onFilter={filter} />
            <DataTable
              label="Audit entries"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              openId={entry}
              onOpen={({ id }) => open(id)}
              toolbar={<AuditFilters search={search} onFilter={filter} />}
            />

            {items.length === 0 && (
              <EmptyState
                action={
                  isFiltered && (
                    <Button variant="default" onClick={() => void navigate({ search: {} })}>
                      Show all entries
                    </Button>
                  )
                }
              >
                {isFiltered ? 'No entry matches these filters.' : 'Every change to the workspace appears here.'}
              </EmptyState>
            )}
            <Pager
              label="Pages of the audit log"
              shown={items.length}
              isFirst={!search.cursor}
              hasNext={nextCursor !== null}
              onFirst={() => filter({})}
              onNext={() =>
                void navigate({ search: (old) => ({ ...old, entry: undefined, cursor: nextCursor ?? undefined }) })
              }
            />
            <EntryDrawer
              entry={items.find(({ id }) => id === entry)}
              onClose={() => open(undefined)}
              onFilter={filter}
            />
          </>
        )}
      </Loaded>
    </Page>
  );
}
