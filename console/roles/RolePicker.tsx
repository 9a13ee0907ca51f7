import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan, useSession } from '#console/session.ts';
import { allPermissions, type Permission, withIncluded } from '#contract/permissions.ts';
import type { RoleChoice } from '#contract/roles.ts';

interface RolePickerProps {
  label: string;
  description?: string;
  /** Ids of roles. */
  value: string[];
  onChange: (roleIds: string[]) => void;
  /** Groups cannot be owners. */
  isForGroup?: boolean;
  isDisabled?: boolean;
}

const isPermission = (name: string): name is Permission => (allPermissions as readonly string[]).includes(name);

/** Built-in and custom roles. Those beyond the reader's own permissions are there, but cannot be given or taken. */
export function RolePicker({
  label,
  description,
  value,
  onChange,
  isForGroup = false,
  isDisabled = false,
}: RolePickerProps) {
  const mayRead = useCan('roles.read');
  const { member, permissions } = useSession();
  const roles = useQuery(api.roles.choices.queryOptions({ enabled: mayRead }));
  const isOwner = member.roles.some(({ id }) => id === 'owner');
  const isBeyond = (role: RoleChoice) =>
    (role.id === 'owner' && !isOwner) ||
    [...withIncluded(role.permissions.filter(isPermission))].some((permission) => !permissions.includes(permission));
  const items = (roles.data?.items ?? []).filter(({ id }) => !isForGroup || id !== 'owner');
  const locked = items.filter(isBeyond).map(({ id }) => id);
  const change = (chosen: string[]) => {
    const kept = value.filter((id) => locked.includes(id));
    onChange([...new Set([...kept, ...chosen])]);
  };
  return (
    <MultiSelect
      label={label}
      description={description}
      disabled={isDisabled || !mayRead || roles.isPending}
      value={value}
      onChange={change}
      data={items.map((role) => ({
        value: role.id,
        label: locked.includes(role.id) ? `${role.name} (more than you hold)` : role.name,
        disabled: locked.includes(role.id),
      }))}
      error={roles.error ? 'The roles could not be loaded. Close this and try again.' : undefined}
      hidePickedOptions
      searchable
      nothingFoundMessage="No role of that name"
    />
  );
}
