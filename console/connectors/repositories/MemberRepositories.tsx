import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { repositoryColumns } from './repository-columns.tsx';

const columns = repositoryColumns();

/** What environments may use. Whether one's own account may is asked when it matters. */
export function MemberRepositories() {
  const { search = '' } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  const repositories = useQuery(
    api.git.repositories.queryOptions({ input: { show: 'allowed', ...(search && { search }) } }),
  );
  const show = (text: string) =>
    void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true });
  return (
    <Section
      title="Repositories"
      description="Chosen for environments by whoever manages connectors. You still need access to one with your own account to use it."
    >
      <Loaded query={repositories} what="The repositories could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items }) => (
          <>
            <DataTable
              label="Repositories"
              columns={columns}
              rows={items}
              rowId={({ id }) => id}
              toolbar={
                (items.length > 0 || search !== '') && (
                  <SearchBox label="Search repositories" value={search} onSearch={show} />
                )
              }
            />
            {items.length === 0 && (
              <EmptyState>
                {search ? 'No repository matches.' : 'No repository is chosen for environments yet.'}
              </EmptyState>
            )}
          </>
        )}
      </Loaded>
    </Section>
  );
}
