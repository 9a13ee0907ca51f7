import { useDebouncedValue } from '@mantine/hooks';
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FileCheck, Search } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan, useSession } from '#console/session.ts';
import { can } from '#contract/permissions.ts';
import { isPage, navigation } from './navigation.ts';

/** Every page at once; members, groups, policies, tasks and bundles as soon as something is typed. */
export function CommandPalette() {
  const [query, setQuery] = useState('');
  const [search] = useDebouncedValue(query.trim(), 150);
  const found = useFound(search);
  return (
    <Spotlight
      actions={[{ group: 'Pages', actions: usePageActions() }, ...found]}
      query={query}
      onQueryChange={setQuery}
      shortcut={['mod + K']}
      nothingFound="Nothing of that name"
      highlightQuery
      limit={12}
      scrollable
      maxHeight={420}
      transitionProps={{ duration: 0 }}
      overlayProps={{ blur: 0, backgroundOpacity: 0.4 }}
      attributes={{ content: { 'aria-label': 'Search or go to a page' } }}
      searchProps={{
        leftSection: <Search size={18} aria-hidden />,
        placeholder: 'A page, member, group, policy, task or bundle',
        'aria-label': 'Search or go to a page',
      }}
    />
  );
}

function usePageActions(): SpotlightActionData[] {
  const navigate = useNavigate();
  const { permissions } = useSession();
  const pages = navigation.flatMap(({ label: group, items }) =>
    items.filter(isPage).map(({ label, to, icon: Icon, needs }) => ({
      needs,
      action: {
        id: to,
        label,
        ...(group && { description: group }),
        leftSection: <Icon size={18} aria-hidden />,
        onClick: () => void navigate({ to }),
      },
    })),
  );
  return [
    ...pages.filter(({ needs }) => needs === null || can(permissions, needs)).map(({ action }) => action),
    ...(can(permissions, 'verify.read')
      ? [
          {
            id: paths.proofs,
            label: 'Enforcement proof',
            description: 'Does the stock client keep what our policies say?',
            leftSection: <FileCheck size={18} aria-hidden />,
            onClick: () => void navigate({ to: paths.proofs }),
          },
          {
            id: `${paths.proofs}?tab=runs`,
            label: 'Proofs so far',
            description: 'Every run with its certificate',
            leftSection: <FileCheck size={18} aria-hidden />,
            onClick: () => void navigate({ to: paths.proofs, search: { tab: 'runs' as const } }),
          },
          {
            id: `${paths.proofs}?tab=alerts`,
            label: 'Alerts of proofs',
            description: 'What changed for the worse',
            leftSection: <FileCheck size={18} aria-hidden />,
            onClick: () => void navigate({ to: paths.proofs, search: { tab: 'alerts' as const } }),
          },
        ]
      : []),
    {
      id: paths.account,
      label: 'Your account',
      description: 'Sessions, access tokens, password',
      onClick: () => void navigate({ to: paths.account }),
    },
    {
      id: paths.device,
      label: 'Enter a device code',
      description: 'Sign a Codex client in',
      onClick: () => void navigate({ to: paths.device }),
    },
  ];
}

function useFound(search: string): SpotlightActionGroupData[] {
  const navigate = useNavigate();
  const mayReadMembers = useCan('members.read');
  const mayReadPolicies = useCan('policies.read');
  const mayReadBundles = useCan('team-config.read');
  const mayUseCloud = useCan('codex-cloud.use');
  const isSearching = search.length > 0;
  const members = useQuery(
    api.directory.members.list.queryOptions({ input: { search, limit: 6 }, enabled: isSearching && mayReadMembers }),
  );
  const groups = useQuery(
    api.directory.groups.list.queryOptions({ input: { search, limit: 6 }, enabled: isSearching && mayReadMembers }),
  );
  const policies = useQuery(api.policies.list.queryOptions({ enabled: isSearching && mayReadPolicies }));
  const tasks = useQuery(
    api.tasks.list.queryOptions({
      input: { search, limit: 6, show: 'all' },
      enabled: search.length > 1 && mayUseCloud,
    }),
  );
  const bundles = useQuery(api.teamConfig.list.queryOptions({ enabled: isSearching && mayReadBundles }));
  if (!isSearching) return [];
  const nothing = { items: [] };
  return [
    {
      group: 'Members',
      actions: (members.data ?? nothing).items.map(({ id, name, email }) => ({
        id: `member-${id}`,
        label: name,
        description: email,
        onClick: () => void navigate({ to: paths.member, params: { id } }),
      })),
    },
    {
      group: 'Groups',
      actions: (groups.data ?? nothing).items.map(({ id, name }) => ({
        id: `group-${id}`,
        label: name,
        onClick: () => void navigate({ to: paths.group, params: { id } }),
      })),
    },
    {
      group: 'Policies',
      actions: (policies.data ?? nothing).items.map(({ id, name }) => ({
        id: `policy-${id}`,
        label: name,
        onClick: () => void navigate({ to: paths.policy, params: { id } }),
      })),
    },
    {
      group: 'Tasks',
      actions: (tasks.data ?? nothing).items.map(({ id, title, repository }) => ({
        id: `task-${id}`,
        label: title,
        description: repository,
        onClick: () => void navigate({ to: paths.task, params: { id } }),
      })),
    },
    {
      group: 'Team Config',
      actions: (bundles.data ?? nothing).items.map(({ id, name, slug }) => ({
        id: `bundle-${id}`,
        label: name,
        description: slug,
        onClick: () => void navigate({ to: paths.bundle, params: { id } }),
      })),
    },
  ];
}
