import { Button, Select } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { DeliverySearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { DeliveryFigures } from './delivery-summary.ts';
import { receiptColumns } from './receipt-columns.tsx';

type Search = z.infer<typeof DeliverySearch>;

interface ReceiptTableProps extends Pick<DeliveryFigures, 'versions' | 'policies'> {
  isPaused: boolean;
}

const nothingFiltered = {
  search: undefined,
  policyId: undefined,
  state: undefined,
  clientVersion: undefined,
} satisfies Partial<Search>;

/** Who fetched what, when, with which client. */
export function ReceiptTable({ versions, policies, isPaused }: ReceiptTableProps) {
  const search = useSearch({ from: '/shell/policies/delivery' });
  const navigate = useNavigate({ from: '/policies/delivery' });
  const receipts = useQuery(
    api.policies.deliveries.list.queryOptions({
      input: search,
      placeholderData: keepPreviousData,
      refetchInterval: isPaused || search.cursor ? false : 30_000,
    }),
  );
  const filter = (part: Partial<Search>) =>
    void navigate({
      search: (old) => ({ ...old, cursor: undefined, ...part }),
      replace: true,
      resetScroll: false,
    });
  return (
    <Section title="Receipts">
      <Loaded query={receipts} what="The receipts could not be loaded" skeleton={<RowSkeletons />}>
        {({ items, nextCursor }) => (
          <>
            <DataTable
              label="Receipts"
              columns={receiptColumns}
              rows={items}
              rowId={({ memberId, client, clientVersion, form, policy }) =>
                [memberId, client, clientVersion, form, policy?.id, policy?.revision].join(' ')
              }
              onOpen={({ memberEmail }) =>
                void navigate({ to: paths.lookUp, search: { tab: 'member', email: memberEmail } })
              }
              toolbar={
                <>
                  <SearchBox
                    label="Search members"
                    value={search.search ?? ''}
                    onSearch={(text) => filter({ search: text || undefined })}
                  />
                  <Filter
                    label="State"
                    placeholder="Any state"
                    value={search.state}
                    onChange={(state) => filter({ state: DeliverySearch.parse({ state }).state })}
                    data={[
                      { value: 'current', label: 'Current' },
                      { value: 'behind', label: 'Behind' },
                    ]}
                  />
                  <Filter
                    label="Policy"
                    placeholder="Any policy"
                    value={search.policyId}
                    onChange={(policyId) => filter({ policyId })}
                    data={policies.flatMap(({ policy }) => (policy ? [{ value: policy.id, label: policy.name }] : []))}
                  />
                  <Filter
                    label="Client version"
                    placeholder="Any client version"
                    value={search.clientVersion}
                    onChange={(clientVersion) => filter({ clientVersion })}
                    data={versions.flatMap(({ clientVersion }) =>
                      clientVersion ? [{ value: clientVersion, label: clientVersion }] : [],
                    )}
                  />
                </>
              }
            />
            {items.length === 0 && (
              <EmptyState
                action={
                  <Button variant="default" onClick={() => filter(nothingFiltered)}>
                    Show all receipts
                  </Button>
                }
              >
                No receipt matches these filters. Members whose clients never fetched have none.
              </EmptyState>
            )}
            <Pager
              label="Pages of receipts"
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

function Filter({ label, placeholder, value, onChange, data }: FilterProps) {
  return (
    <Select
      aria-label={label}
      placeholder={placeholder}
      clearable
      clearButtonProps={{ 'aria-label': `Clear: ${label}` }}
      searchable={data.length > 8}
      nothingFoundMessage="Nothing of that name"
      w={180}
      value={value ?? null}
      onChange={(next) => onChange(next ?? undefined)}
      data={data}
    />
  );
}
