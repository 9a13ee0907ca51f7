import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { type RoleDraft, RoleForm } from './RoleForm.tsx';

const blank: RoleDraft = { name: '', description: '', permissions: [] };

export function NewRolePage() {
  const navigate = useNavigate();
  const mayWrite = useCan('roles.write');
  const [draft, setDraft, forget] = useSessionStorage<RoleDraft>({
    key: 'reeve-new-role',
    defaultValue: blank,
    getInitialValueInEffect: false,
  });
  const create = useMutation(
    api.roles.create.mutationOptions({
      onSuccess: async ({ id, name }) => {
        forget();
        showDone(`${name} was saved. Nobody has it until you give it to members or groups.`);
        await navigate({ to: paths.role, params: { id } });
      },
    }),
  );
  return (
    <Page
      title="Write a role"
      description="Nobody has it until you give it to members or groups."
      above={[{ label: 'Roles', to: paths.roles }]}
    >
      {mayWrite ? (
        <RoleForm
          draft={draft}
          onDraft={setDraft}
          saveLabel="Save role"
          isSaving={create.isPending}
          canSave
          error={create.error}
          onSave={() => create.mutate(draft)}
        />
      ) : (
        <Notice tone="info">
          <p>Writing a role needs the permission “Manage roles”. Ask a workspace owner.</p>
        </Notice>
      )}
    </Page>
  );
}
