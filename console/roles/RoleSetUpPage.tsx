import { Button, Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Role } from '#contract/roles.ts';
import { ConfirmAccess } from './ConfirmAccess.tsx';
import classes from './Roles.module.css';
import { noRole, roleChoices } from './role-choices.ts';
import { asSetUpGroup, newGroupDraft, SetUpGroupField } from './SetUpGroupField.tsx';

export function RoleSetUpPage() {
  const mayWrite = useCan('roles.write');
  const roles = useQuery(api.roles.list.queryOptions());
  return (
    <Page
      title="Set up Codex roles"
      description="Two groups and a default: who uses Codex, who administers it, and what everybody else has. Nothing is saved before you have seen what it changes."
      above={[{ label: 'Roles', to: paths.roles }]}
    >
      <Loaded query={roles} what="The roles could not be loaded">
        {({ items }) =>
          mayWrite ? (
            <SetUpForm roles={items} />
          ) : (
            <Notice tone="info">
              <p>Setting roles up needs the permission “Manage roles”. Ask a workspace owner.</p>
            </Notice>
          )
        }
      </Loaded>
    </Page>
  );
}

function SetUpForm({ roles }: { roles: Role[] }) {
  const navigate = useNavigate();
  const [users, setUsers] = useState(newGroupDraft('Codex Users'));
  const [admins, setAdmins] = useState(newGroupDraft('Codex Admins'));
  const [chosen, setChosen] = useState(noRole);
  const [isConfirming, setConfirming] = useState(false);
  const [userGroup, adminGroup] = [asSetUpGroup(users), asSetUpGroup(admins)];
  const setUp = userGroup &&
    adminGroup && { users: userGroup, admins: adminGroup, defaultRoleId: chosen === noRole ? null : chosen };
  const apply = useMutation(
    api.roles.setUp.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: async (made) => {
        showDone(`${made.users.name} use Codex, ${made.admins.name} administer it.`);
        await navigate({ to: paths.roles });
      },
    }),
  );
  return (
    <>
      <Section
        title="1. Codex Users"
        description="Everybody in this group gets the role Codex user: Codex Local, device codes, access tokens."
      >
        <SetUpGroupField title="Codex Users" draft={users} onDraft={setUsers} />
      </Section>
      <Section
        title="2. Codex Admins"
        description="Everybody in this group gets the role Codex admin: policies, analytics and environments, no power over people or settings."
      >
        <SetUpGroupField title="Codex Admins" draft={admins} onDraft={setAdmins} />
      </Section>
      <Section
        title="3. Everybody else"
        description="With no role, only people in the two groups use Codex, and whoever joins later gets it by joining a group."
      >
        <Select
          className={classes.field ?? ''}
          label="Members without a role have"
          data={roleChoices(roles)}
          value={chosen}
          allowDeselect={false}
          onChange={(value) => setChosen(value ?? noRole)}
        />
      </Section>
      <Button mt="xl" disabled={!setUp} onClick={() => setConfirming(true)}>
        Review what changes
      </Button>
      {isConfirming && setUp && (
        <ConfirmAccess
          title="Set these roles up?"
          confirmLabel="Set up roles"
          change={{ kind: 'set-up', setUp }}
          isBusy={apply.isPending}
          error={apply.error}
          onClose={() => setConfirming(false)}
          onConfirm={() => apply.mutate(setUp)}
        />
      )}
    </>
  );
}
