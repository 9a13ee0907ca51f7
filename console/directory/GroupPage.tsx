import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { GroupRoles } from '#console/roles/GroupRoles.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Section } from '#console/ui/Section.tsx';
import { DeleteGroup } from './DeleteGroup.tsx';
import { GroupDialog } from './GroupDialog.tsx';
import { GroupMembers } from './GroupMembers.tsx';
import { ManagedGroup } from './ManagedGroup.tsx';

export function GroupPage() {
  const { id } = useParams({ from: '/shell/groups/$id' });
  const mayWrite = useCan('groups.write');
  const [asked, setAsked] = useState<'change' | 'delete' | null>(null);
  const group = useQuery(api.directory.groups.get.queryOptions({ input: { id } }));
  return (
    <Page
      title={group.data?.name ?? 'Group'}
      description={group.data?.description}
      above={[{ label: 'Groups', to: paths.groups }]}
      history={{ subjectId: id }}
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
            <DeleteGroup group={found} isOpen={asked === 'delete'} onClose={() => setAsked(null)} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
