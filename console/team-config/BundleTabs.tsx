import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { BundleSearch } from '#console/page-search.ts';
import { Section } from '#console/ui/Section.tsx';
import type { BundleDetails } from './bundle-details.ts';
import { FilesTab } from './files/FilesTab.tsx';
import { GroupsTab } from './groups/GroupsTab.tsx';
import { SkillsTab } from './skills/SkillsTab.tsx';
import classes from './TeamConfig.module.css';
import { UsageList } from './usages/UsageList.tsx';
import type { BundleCheck } from './use-bundle-check.ts';
import type { WorkingBundle } from './use-bundle-draft.ts';
import type { BundleLock } from './use-bundle-lock.ts';
import { VersionsTab } from './versions/VersionsTab.tsx';

interface BundleTabsProps {
  details: BundleDetails;
  draft: WorkingBundle;
  check: BundleCheck;
  lock: BundleLock;
}

/** The parts of a bundle; which is open is in the address. */
export function BundleTabs(props: BundleTabsProps) {
  const { details, check, lock } = props;
  const { bundle, subscriptions } = details;
  const { tab = 'files', search, state, cursor } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const counted = (label: string, count: number) => (count === 0 ? label : `${label} (${count})`);
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => void navigate({ search: BundleSearch.parse({ tab: value }), replace: true })}
    >
      <Tabs.List mb="lg" className={classes.tabs ?? ''}>
        <Tabs.Tab value="files">Files</Tabs.Tab>
        <Tabs.Tab value="skills">{counted('Skills', check.skills.length)}</Tabs.Tab>
        <Tabs.Tab value="groups">{counted('Groups', subscriptions.length)}</Tabs.Tab>
        <Tabs.Tab value="repositories">{counted('Repositories', bundle.repositories)}</Tabs.Tab>
        <Tabs.Tab value="versions">Versions</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="files">
        <FilesTab {...props} />
      </Tabs.Panel>
      <Tabs.Panel value="skills">
        <SkillsTab check={check} />
      </Tabs.Panel>
      <Tabs.Panel value="groups">
        <GroupsTab details={details} lock={lock} />
      </Tabs.Panel>
      <Tabs.Panel value="repositories">
        <Section
          title="Repositories"
          description="Which repository has which version of this bundle, as it told when it was checked last."
        >
          <UsageList
            bundleId={bundle.id}
            filter={{ search, state, cursor }}
            onFilter={(next) =>
              void navigate({
                search: { tab, search: next.search, state: next.state, cursor: next.cursor },
                replace: next.cursor === cursor,
              })
            }
          />
        </Section>
      </Tabs.Panel>
      <Tabs.Panel value="versions">
        <VersionsTab details={details} lock={lock} />
      </Tabs.Panel>
    </Tabs>
  );
}
