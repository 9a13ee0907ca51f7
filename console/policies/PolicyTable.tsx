import { Button, Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { z } from 'zod';
import { PoliciesSearch } from '#console/page-search.ts';
import { paths } from '#console/paths.ts';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { NumberedPager } from '#console/ui/NumberedPager.tsx';
import { pagePart } from '#console/ui/page-part.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import type { PolicySummary } from '#contract/policies.ts';
import { policyColumns } from './policy-columns.tsx';
import { filterPolicies, inOrderOfApplication } from './policy-list.ts';

type Search = z.infer<typeof PoliciesSearch>;
const rowsOnPage = 100;

/** All policies are here at once; searching and paging need no server. */
export function PolicyTable({ policies }: { policies: PolicySummary[] }) {
  const { search, show, page = 1 } = useSearch({ from: '/shell/policies' });
  const navigate = useNavigate({ from: '/policies' });
  const ordered = useMemo(() => inOrderOfApplication(policies), [policies]);
  const found = useMemo(() => filterPolicies(ordered, { search, show }), [ordered, search, show]);
  const part = pagePart(found, { page, size: rowsOnPage });
  const filter = (next: Partial<Search>) =>
    void navigate({ search: (old) => ({ ...old, page: undefined, ...next }), replace: true });
  return (
    <>
      <DataTable
        label="Policies"
        columns={policyColumns}
        rows={part.items}
        rowId={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: paths.policy, params: { id } })}
        toolbar={
          <>
            <SearchBox
              label="Search policies and groups"
              value={search ?? ''}
              onSearch={(text) => filter({ search: text || undefined })}
            />
            <Select
              aria-label="Show"
              placeholder="All policies"
              clearable
              clearButtonProps={{ 'aria-label': 'Clear: Show' }}
              w={190}
              value={show ?? null}
              onChange={(value) => filter({ show: PoliciesSearch.parse({ show: value ?? undefined }).show })}
              data={[
                { value: 'assigned', label: 'Assigned' },
                { value: 'unassigned', label: 'Not assigned' },
                { value: 'draft', label: 'With a draft' },
                { value: 'awaits-approval', label: 'Awaiting approval' },
              ]}
            />
          </>
        }
      />
      {found.length === 0 && (
        <EmptyState
          action={
            <Button variant="default" onClick={() => filter({ search: undefined, show: undefined })}>
              Show all policies
            </Button>
          }
        >
          No policy matches.
        </EmptyState>
      )}
      <NumberedPager
        label="Pages of policies"
        part={part}
        onPage={(next) => void navigate({ search: (old) => ({ ...old, page: next === 1 ? undefined : next }) })}
      />
    </>
  );
}
