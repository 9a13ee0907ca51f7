import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { formatCount } from '#console/ui/figures.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { GitRepository } from '#contract/git-servers.ts';
import classes from '../Git.module.css';
import { ChooseRepositories } from './ChooseRepositories.tsx';
import { ConfirmChoice } from './ConfirmChoice.tsx';
import { repositoryColumns } from './repository-columns.tsx';

/** The server lists no more at once. */
const listedAtMost = 1_000;

/** Which of the repositories that the servers offer environments may use. */
export function RepositoriesTab() {
  const { search = '' } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  const repositories = useQuery(
    api.git.repositories.queryOptions({ input: { show: 'all', ...(search && { search }) } }),
  );
  const show = (text: string) =>
    void navigate({ search: (old) => ({ ...old, search: text || undefined }), replace: true });
  return (
    <Loaded query={repositories} what="The repositories could not be loaded" skeleton={<RowSkeletons rows={6} />}>
      {({ items }) => <Repositories items={items} search={search} onSearch={show} />}
    </Loaded>
  );
}

interface RepositoriesProps {
  items: GitRepository[];
  search: string;
  onSearch: (text: string) => void;
}

function Repositories({ items, search, onSearch }: RepositoriesProps) {
  const [selectedIds, setSelectedIds] = useState<string[]>([]);
  const [asked, setAsked] = useState<GitRepository | null>(null);
  const columns = useMemo(() => repositoryColumns(setAsked), []);
  const selected = items.filter(({ id }) => selectedIds.includes(id));
  const chosen = items.filter(({ isAllowed }) => isAllowed).length;
  if (items.length === 0 && search === '')
    return (
      <EmptyState>
        No connection reaches a repository yet. <TextLink to={paths.git}>Connect a git server</TextLink>, or let an
        owner on GitHub give the app some.
      </EmptyState>
    );
  return (
    <>
      <p className={`${classes.quiet} ${classes.apart}`}>
        {search === '' && `${formatCount(chosen)} of ${formatCount(items.length)} are chosen. `}
        Environments may use only what is chosen here, whatever the app reaches on GitHub.
        {items.length === listedAtMost && ` The first ${formatCount(listedAtMost)} are shown; search for others.`}
      </p>
      <DataTable
        label="Repositories"
        columns={columns}
        rows={items}
        rowId={({ id }) => id}
        selectedIds={selected.map(({ id }) => id)}
        onSelectedIds={setSelectedIds}
        selectionLabel={({ name }) => name}
        toolbar={<SearchBox label="Search repositories" value={search} onSearch={onSearch} />}
      />
      {items.length === 0 && <EmptyState>No repository matches.</EmptyState>}
      {selected.length > 0 && <ChooseRepositories repositories={selected} onDone={() => setSelectedIds([])} />}
      {asked && (
        <ConfirmChoice
          way={asked.isAllowed ? 'refuse' : 'allow'}
          repositories={[asked]}
          onClose={() => setAsked(null)}
          onDone={() => setAsked(null)}
        />
      )}
    </>
  );
}
