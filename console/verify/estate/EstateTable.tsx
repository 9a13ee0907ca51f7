import { Button, Select } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import type { z } from 'zod';
import { api, client } from '#console/api.ts';
import { EstateSearch } from '#console/page-search.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import { toCsv } from '#console/ui/to-csv.ts';
import type { EstateClient } from '#contract/estate.ts';
import { estateColumns } from './estate-columns.tsx';
import { byVersion, csvRows, type EstateFigures, unknownVersion } from './estate-rows.ts';

type Search = z.infer<typeof EstateSearch>;
const rowsPerFetch = 200;

/** Everything that fits the filters, page after page. */
async function saveAll(filter: Omit<Search, 'cursor'>): Promise<void> {
  const all: EstateClient[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.estate.clients({ ...filter, limit: rowsPerFetch, ...(cursor && { cursor }) });
    all.push(...page.items);
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  saveFile('clients-in-the-field.csv', toCsv(csvRows(all)));
}

/** Who runs what. The address holds the filters. */
export function EstateTable({ versions, surfaces }: Pick<EstateFigures, 'versions' | 'surfaces'>) {
  const search = useSearch({ from: '/shell/verify/estate' });
  const navigate = useNavigate({ from: '/verify/estate' });
  const list = useQuery(api.estate.clients.queryOptions({ input: search, placeholderData: keepPreviousData }));
  const { cursor: _, ...filters } = search;
  const save = useMutation({ mutationFn: () => saveAll(filters) });
  const filter = (part: Record<string, string | undefined>) =>
    void navigate({
      search: (old) => EstateSearch.parse({ ...old, cursor: undefined, ...part }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Section
      title="Who runs what"
      action={
        <Button
          variant="default"
          leftSection={<Download size={16} aria-hidden />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          Save as CSV
        </Button>
      }
    >
      {save.error && <FailureNotice what="The list could not be saved" error={save.error} />}
      <Loaded query={list} what="The clients could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              label="Clients in the field"
              columns={estateColumns}
              rows={items}
              rowId={(row) => [row.memberId, row.client, row.version].join(' ')}
              toolbar={
                <>
                  <SearchBox
                    label="Search members"
                    value={search.search ?? ''}
                    onSearch={(text) => filter({ search: text || undefined })}
                  />
                  <Filter
                    label="Version"
                    placeholder="Any version"
                    value={search.version}
                    onChange={(version) => filter({ version })}
                    data={byVersion(versions).map(({ version }) => ({
                      value: version ?? unknownVersion,
                      label: version ?? 'version not told',
                    }))}
                  />
                  <Filter
                    label="Surface"
                    placeholder="Any surface"
                    value={search.surface}
                    onChange={(surface) => filter({ surface })}
                    data={surfaces.map(({ surface }) => ({ value: surface, label: surface }))}
                  />
                  <Filter
                    label="Only"
                    placeholder="Everybody"
                    value={search.only}
                    onChange={(only) => filter({ only })}
                    data={[
                      { value: 'below-minimum', label: 'Below the minimum' },
                      { value: 'old-policy', label: 'With an old policy' },
                      { value: 'silent', label: 'Silent: no telemetry' },
                    ]}
                  />
                </>
              }
            />
            {items.length === 0 && (
              <EmptyState
                action={
                  <Button
                    variant="default"
                    onClick={() =>
                      filter({ search: undefined, version: undefined, surface: undefined, only: undefined })
                    }
                  >
                    Show all clients
                  </Button>
                }
              >
                No client fits these filters.
              </EmptyState>
            )}
            <Pager
              label="Pages of clients"
              shown={items.length}
              isFirst={!search.cursor}
              hasNext={nextCursor !== null}
              onFirst={() => filter({})}
              onNext={() => void navigate({ search: (old) => ({ ...old, cursor: nextCursor ?? undefined }) })}
            />
          </>
        )}
      </Loaded>
    </Section>
  );
}

interface FilterProps {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
  data: { value: string; label: string }[];
}

const Filter = ({ label, placeholder, value, onChange, data }: FilterProps) => (
  <Select
    aria-label={label}
    placeholder={placeholder}
    clearable
    clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
    w={180}
    value={value ?? null}
    onChange={(next) => onChange(next ?? undefined)}
    data={data}
  />
);
