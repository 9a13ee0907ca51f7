import { Button, Select } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showFailure } from '#console/shell/show-result.ts';
import { CopyButton } from '#console/ui/CopyButton.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { formatBytes, formatCount } from '#console/ui/figures.ts';
import { Pager } from '#console/ui/Pager.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { complianceLogTypeNames, complianceLogTypes } from '#contract/compliance.ts';
import type { LogFile } from '#contract/compliance-files.ts';

function DownloadFile({ file }: { file: LogFile }) {
  const link = useMutation(
    api.compliance.linkLogFile.mutationOptions({
      onSuccess: ({ url }) => location.assign(url),
      onError: (error) => showFailure('The log file was not downloaded', error),
    }),
  );
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Download size={14} aria-hidden />}
      loading={link.isPending}
      aria-label={`Download ${file.fileName}`}
      onClick={() => link.mutate({ id: file.id })}
    >
      Download
    </Button>
  );
}

const columns: DataColumn<LogFile>[] = [
  { id: 'type', header: 'Type', phone: 'title', cell: ({ type }) => <code>{type}</code> },
  { id: 'endTime', header: 'Sealed', phone: 'detail', cell: ({ endTime }) => <RelativeTime at={endTime} /> },
  {
    id: 'events',
    header: 'Events',
    align: 'end',
    phone: 'detail',
    cell: ({ events }) => formatCount(events),
    phoneCell: ({ events }) => `${formatCount(events)} events`,
  },
  { id: 'bytes', header: 'Size', align: 'end', phone: 'detail', cell: ({ bytes }) => formatBytes(bytes) },
  {
    id: 'sha256',
    header: 'SHA-256',
    phone: 'none',
    cell: ({ sha256 }) => (
      <span>
        <code title={sha256}>{sha256.slice(0, 12)}…</code> <CopyButton value={sha256} label="Copy the SHA-256" />
      </span>
    ),
  },
  {
    id: 'replaces',
    header: 'Took the place of',
    isExtra: true,
    phone: 'none',
    cell: ({ replaces }) => (replaces ? <code>{replaces}</code> : ''),
  },
  { id: 'id', header: 'Id', isExtra: true, phone: 'none', cell: ({ id }) => <code>{id}</code> },
  { id: 'download', header: 'Download', phone: 'side', cell: (file) => <DownloadFile file={file} /> },
];

const types = complianceLogTypeNames.filter((type) => !('waitsFor' in complianceLogTypes[type]));

export function LogFiles() {
  const { type, cursor } = useSearch({ from: '/shell/compliance' });
  const navigate = useNavigate({ from: '/compliance' });
  const input = { ...(type && { type }), ...(cursor && { cursor }) };
  const files = useQuery(api.compliance.listLogFiles.queryOptions({ input, placeholderData: keepPreviousData }));
  const show = (part: { type?: (typeof types)[number] | undefined; cursor?: string | undefined }) =>
    void navigate({ search: (old) => ({ ...old, cursor: undefined, ...part }) });
  return (
    <Loaded query={files} what="The log files could not be loaded" skeleton={<RowSkeletons rows={5} />}>
      {({ items, nextCursor }) =>
        items.length === 0 && !type && !cursor ? (
          <EmptyState>
            Sealed files of what happened appear here, ten minutes after the first thing does. Each is immutable,
            encrypted, and has its SHA-256.
          </EmptyState>
        ) : (
          <>
            <DataTable
              label="Log files"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              toolbar={
                <Select
                  aria-label="Type"
                  placeholder="All types"
                  clearable
                  value={type ?? null}
                  data={types}
                  onChange={(value) => show({ type: types.find((one) => one === value) })}
                />
              }
            />
            {items.length === 0 && <EmptyState>No file of this type was sealed yet.</EmptyState>}
            <Pager
              label="Pages of log files"
              shown={items.length}
              isFirst={!cursor}
              hasNext={nextCursor !== null}
              onFirst={() => show({ cursor: undefined, type: types.find((one) => one === type) })}
              onNext={() => show({ cursor: nextCursor ?? undefined, type: types.find((one) => one === type) })}
            />
          </>
        )
      }
    </Loaded>
  );
}
