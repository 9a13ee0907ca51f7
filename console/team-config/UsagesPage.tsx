import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Page } from '#console/shell/Page.tsx';
import { UsageList } from './usages/UsageList.tsx';

/** Which repository uses which version of which bundle. */
export function UsagesPage() {
  const filter = useSearch({ from: '/shell/team-config/repositories' });
  const navigate = useNavigate({ from: '/team-config/repositories' });
  const bundles = useQuery(api.teamConfig.list.queryOptions());
  return (
    <Page
      isWide
      title="Repositories"
      description="Which repository has which version of a bundle, as reeve team-config check --report told. What a repository reported last counts."
      above={[{ label: 'Team Config', to: paths.teamConfig }]}
    >
      <UsageList
        filter={filter}
        onFilter={(next) => void navigate({ search: next, replace: next.cursor === filter.cursor })}
        moreFilters={
          <Select
            aria-label="Bundle"
            placeholder="Every bundle"
            clearable
            searchable
            clearButtonProps={{ 'aria-label': 'Clear: Bundle' }}
            w={200}
            value={filter.bundle ?? null}
            onChange={(id) =>
              void navigate({
                search: (old) => ({ ...old, cursor: undefined, bundle: id ?? undefined }),
                replace: true,
              })
            }
            data={(bundles.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          />
        }
      />
    </Page>
  );
}
