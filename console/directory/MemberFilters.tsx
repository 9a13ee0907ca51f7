import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { MembersSearch } from '#console/page-search.ts';
import { useCan } from '#console/session.ts';
import { SearchBox } from '#console/ui/SearchBox.tsx';
import { builtInRoleNames, builtInRoles } from '#contract/built-in-roles.ts';
import { MemberSource, MemberStatus } from '#contract/directory.ts';
import { GroupPicker } from './GroupPicker.tsx';
import { sourceNames, statusNames } from './member-words.ts';

type Search = z.infer<typeof MembersSearch>;

interface MemberFiltersProps {
  search: Search;
  onFilter: (part: Partial<Search>) => void;
}

const noGroup = { value: 'none', label: 'In no group' };

/** All of them together narrow the list; each is in the address. */
export function MemberFilters({ search, onFilter }: MemberFiltersProps) {
  const roles = useRoleOptions();
  return (
    <>
      <SearchBox
        label="Search by name, e-mail or group"
        value={search.search ?? ''}
        onSearch={(text) => onFilter({ search: text || undefined })}
      />
      <Select
        aria-label="Status"
        placeholder="Any status"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: Status' }}
        w={150}
        value={search.status ?? null}
        onChange={(status) => onFilter({ status: MemberStatus.safeParse(status).data })}
        data={MemberStatus.options.map((value) => ({ value, label: statusNames[value] }))}
      />
      <GroupPicker
        label="Group"
        placeholder="Any group"
        more={[noGroup]}
        value={search.grouped === 'no' ? noGroup.value : search.groupId}
        onChange={(id) =>
          onFilter(id === noGroup.value ? { grouped: 'no', groupId: undefined } : { grouped: undefined, groupId: id })
        }
      />
      <Select
        aria-label="Role"
        placeholder="Any role"
        clearable
        searchable
        clearButtonProps={{ 'aria-label': 'Clear: Role' }}
        w={160}
        value={search.roleId ?? null}
        onChange={(roleId) => onFilter({ roleId: roleId ?? undefined })}
        data={roles}
      />
      <Select
        aria-label="Source"
        placeholder="Any source"
        clearable
        clearButtonProps={{ 'aria-label': 'Clear: Source' }}
        w={150}
        value={search.source ?? null}
        onChange={(source) => onFilter({ source: MemberSource.safeParse(source).data })}
        data={MemberSource.options.map((value) => ({ value, label: sourceNames[value] }))}
      />
    </>
  );
}

/** Who may not see custom roles still knows the built-in ones. */
function useRoleOptions(): { value: string; label: string }[] {
  const mayRead = useCan('roles.read');
  const roles = useQuery(api.roles.choices.queryOptions({ enabled: mayRead }));
  if (roles.data) return roles.data.items.map(({ id, name }) => ({ value: id, label: name }));
  return builtInRoleNames.map((id) => ({ value: id, label: builtInRoles[id].name }));
}
