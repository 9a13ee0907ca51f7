import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Section } from '#console/ui/Section.tsx';
import { allPermissions } from '#contract/permissions.ts';
import type { Role } from '#contract/roles.ts';
import { DeleteRole } from './DeleteRole.tsx';
import { EditRole } from './EditRole.tsx';
import { PermissionList } from './PermissionChecklist.tsx';
import { RoleHolders } from './RoleHolders.tsx';
import { inWords } from './RolesPage.tsx';

export function RolePage() {
  const { id } = useParams({ from: '/shell/roles/$id' });
  const mayWrite = useCan('roles.write');
  const role = useQuery(api.roles.get.queryOptions({ input: { id } }));
  const isEditable = mayWrite && role.data !== undefined && !role.data.isBuiltIn;
  return (
    <Page
      title={role.data?.name ?? 'Role'}
      description={role.data && <RoleSummary role={role.data} />}
      above={[{ label: 'Roles', to: paths.roles }]}
      history={{ subjectId: id }}
      action={isEditable && <DeleteRole role={role.data} />}
    >
      <Loaded query={role} what="This role could not be loaded">
        {(found) => (
          <>
            <RoleHolders role={found} />
            {isEditable ? (
              <Section title="Change this role">
                <EditRole key={found.id} role={found} />
              </Section>
            ) : (
              <Section title="What it grants">
                <PermissionList ticked={allPermissions.filter((one) => found.permissions.includes(one))} />
              </Section>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function RoleSummary({ role: { description, isBuiltIn, isDefault, use } }: { role: Role }) {
  return (
    <>
      {description} {isBuiltIn && 'Built in: it cannot be changed.'}{' '}
      {isDefault && 'It is the default role: members without any role have it.'} {inWords(use)}.
    </>
  );
}
