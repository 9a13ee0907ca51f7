import { Button, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { GroupRoles } from '#console/roles/GroupRoles.tsx';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { GroupDialog } from './GroupDialog.tsx';
import { GroupMembers } from './GroupMembers.tsx';
import { ManagedGroup } from './ManagedGroup.tsx';

export function GroupPage() {
  const { id } = useParams({ from: '/shell/groups/$id' });
  const navigate = useNavigate();
  const mayWrite = useCan('groups.write');
  const [asked, setAsked] = useState<'change' | 'delete' | null>(null);
  const group = useQuery(api.directory.groups.get.queryOptions({ input: { id } }));
  const remove = useMutation(
    api.directory.groups.remove.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async () => {
        showDone(`${group.data?.name} was deleted.`);
        await navigate({ to: paths.groups });
      },
    }),
  );
  return (
    <Page
      title={group.data?.name ?? 'Group'}
      description={group.data?.description}
      above={[{ label: 'Groups', to: paths.groups }]}
      action={
        mayWrite &&
        group.data && (
          <Button variant="default" onClick={() => setAsked('change')}>
            {group.data.source === 'scim' ? 'Change description' : 'Change name or description'}
          </Button>
        )
      }
    >
      <Loaded query={group} what="This group could not be loaded">
        {(found) => (
          <>
            {found.source === 'scim' && <ManagedGroup group={found} />}
            <GroupMembers group={found} />
            <GroupRoles groupId={id} />
            {mayWrite && found.source === 'manual' && (
              <Section
                title="Delete this group"
                description="Its policy assignments and the roles it gives go, too. The people stay members of the workspace."
              >
                <Button variant="outline" color="red" onClick={() => setAsked('delete')}>
                  Delete group
                </Button>
              </Section>
            )}
            {asked === 'change' && <GroupDialog group={found} onClose={() => setAsked(null)} />}
            <ConfirmDialog
              isOpen={asked === 'delete'}
              title={`Delete ${found.name}?`}
              confirmLabel="Delete group"
              typeToConfirm={found.name}
              isDestructive
              isBusy={remove.isPending}
              onClose={() => setAsked(null)}
              onConfirm={() => remove.mutate({ id })}
            >
              {remove.error && <FailureNotice what="The group was not deleted" error={remove.error} />}
              <Text>
                {countOf(found.memberCount, 'person leaves', 'people leave')} the group, lose the roles it gave at their
                next request, and may get another policy at their next start. This cannot be undone.
              </Text>
            </ConfirmDialog>
          </>
        )}
      </Loaded>
    </Page>
  );
}
