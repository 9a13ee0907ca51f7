import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Dialog } from '#console/ui/Dialog.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';
import { BringForm } from './BringForm.tsx';

interface BringDialogProps {
  bundle: Bundle;
  /** Empty: not chosen yet. */
  repositoryId: string;
  onRepository: (id: string) => void;
  onClose: () => void;
}

/** Where to, what it would change there, and then a pull request of just that. */
export function BringDialog({ bundle, repositoryId, onRepository, onClose }: BringDialogProps) {
  const known = useQuery(api.teamConfig.pullRequests.queryOptions({ input: { id: bundle.id } }));
  const isManager = useCan('connectors.write');
  return (
    <Dialog opened size="xl" onClose={onClose} title={`Bring ${bundle.name} to a repository`}>
      <Loaded query={known} what="The repositories could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items, places }) =>
          places.length === 0 ? (
            <EmptyState>
              {isManager ? (
                <>
                  No repository is connected and chosen yet.{' '}
                  <TextLink to={paths.git} search={{ tab: 'repositories' }}>
                    Choose repositories
                  </TextLink>{' '}
                  under GitHub.
                </>
              ) : (
                'No repository is connected and chosen yet. Whoever manages connectors does that under GitHub.'
              )}
            </EmptyState>
          ) : (
            <Stack gap="md">
              <BringForm
                bundle={bundle}
                places={places}
                known={items}
                repositoryId={repositoryId}
                onRepository={onRepository}
                onClose={onClose}
              />
            </Stack>
          )
        }
      </Loaded>
    </Dialog>
  );
}
