import { Button, Group, Tooltip } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FolderGit2, Plus } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { BundleTable } from './BundleTable.tsx';
import { ReviewRule } from './ReviewRule.tsx';
import { RepositoriesAnswer } from './usages/RepositoriesAnswer.tsx';
import { writeReason } from './use-bundle-lock.ts';

/** Which bundles there are, which version is the newest, who subscribes, and which repositories lag behind. */
export function TeamConfigPage() {
  const bundles = useQuery(api.teamConfig.list.queryOptions());
  return (
    <Page
      isWide
      title="Team Config"
      description="Bundles of Codex settings, command rules and skills that groups and repositories share."
      action={
        <Group gap={8}>
          <Button
            variant="default"
            renderRoot={(props) => <Link to={paths.teamConfigUsages} {...props} />}
            leftSection={<FolderGit2 size={16} aria-hidden />}
          >
            Repositories
          </Button>
          <NewBundle />
        </Group>
      }
    >
      <Loaded query={bundles} what="The bundles could not be loaded" skeleton={<RowSkeletons rows={6} />}>
        {({ items, secondApprover }) => (
          <>
            {items.length === 0 ? (
              <EmptyState action={<NewBundle />}>
                No bundle yet: what teams share in .codex/ – settings, command rules, skills – will be here, version by
                version.
              </EmptyState>
            ) : (
              <>
                <RepositoriesAnswer bundles={items} />
                <BundleTable bundles={items} />
              </>
            )}
            <ReviewRule isOn={secondApprover} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

function NewBundle() {
  const mayWrite = useCan('team-config.write');
  const icon = <Plus size={16} aria-hidden />;
  if (mayWrite)
    return (
      <Button renderRoot={(props) => <Link to={paths.newBundle} {...props} />} leftSection={icon}>
        New bundle
      </Button>
    );
  return (
    <Tooltip label={writeReason}>
      <Button data-disabled aria-disabled leftSection={icon}>
        New bundle
      </Button>
    </Tooltip>
  );
}
