import { Box, Button, Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ListOrdered, Plus } from 'lucide-react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { PolicySummary } from '#contract/policies.ts';
import { PoliciesMenu } from './PoliciesMenu.tsx';
import { PolicyTable } from './PolicyTable.tsx';
import { PublicationRequests } from './PublicationRequests.tsx';
import { ProtectionBanners } from './protection/ProtectionBanners.tsx';

export function PoliciesPage() {
  const mayWrite = useCan('policies.write');
  const policies = useQuery(api.policies.list.queryOptions());
  const write = mayWrite && (
    <Button
      renderRoot={(props) => <Link to={paths.newPolicy} {...props} />}
      leftSection={<Plus size={16} aria-hidden />}
    >
      Write a policy
    </Button>
  );
  return (
    <Page
      isWide
      title="Policies"
      description="In the order they apply: the first assignment that matches a member decides, and nobody gets two."
      action={
        <Group gap={8}>
          <PoliciesMenu />
          <Button
            variant="default"
            renderRoot={(props) => <Link to={paths.policyOrder} {...props} />}
            leftSection={<ListOrdered size={16} aria-hidden />}
          >
            <ProtectionBanners />
            Order and fallback
          </Button>
          {write}
        </Group>
      }
    >
      <PublicationRequests />
      <Loaded query={policies} what="The policies could not be loaded" skeleton={<RowSkeletons rows={8} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={write}>
              No policy yet: members work with whatever their own configuration says. Write one and make it the
              fallback.
            </EmptyState>
          ) : (
            <>
              <NoFallback policies={items} />
              <PolicyTable policies={items} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}

function NoFallback({ policies }: { policies: PolicySummary[] }) {
  if (policies.some(({ isFallback }) => isFallback)) return null;
  return (
    <Box mb="lg">
      <Notice tone="warn" title="There is no fallback">
        <Text>
          Members in no assigned group get no policy. <TextLink to={paths.policyOrder}>Choose a fallback</TextLink>
        </Text>
      </Notice>
    </Box>
  );
}
