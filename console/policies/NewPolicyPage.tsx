import { UnstyledButton } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import classes from './Policies.module.css';
import { type PolicyDraft, PolicyEditor } from './PolicyEditor.tsx';

const blank: PolicyDraft = { name: '', contents: '' };

export function NewPolicyPage() {
  const navigate = useNavigate();
  const [draft, setDraft, forget] = useSessionStorage<PolicyDraft>({
    key: 'reeve-new-policy',
    defaultValue: blank,
    getInitialValueInEffect: false,
  });
  const presets = useQuery(api.policies.presets.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  const create = useMutation(
    api.policies.create.mutationOptions({
      onSuccess: async ({ id, name }) => {
        forget();
        showDone(`${name} was saved. It applies to nobody until you assign it.`);
        await navigate({ to: paths.policy, params: { id } });
      },
    }),
  );
  return (
    <Page
      title="Write a policy"
      description="It applies to nobody until you assign it to a group or make it the fallback."
      above={[{ label: 'Policies', to: paths.policies }]}
    >
      <Loaded
        query={presets}
        what="The documents to start from could not be loaded"
        skeleton={<RowSkeletons rows={2} />}
      >
        {({ items }) => (
          <div className={classes.presets}>
            {items.map(({ id, name, sentence, contents }) => (
              <UnstyledButton
                key={id}
                className={classes.preset}
                aria-pressed={draft.contents === contents}
                onClick={() => setDraft({ name: draft.name || name, contents })}
              >
                <span className={classes.presetName}>{name}</span>
                <span className={classes.presetSentence}>{sentence}</span>
              </UnstyledButton>
            ))}
          </div>
        )}
      </Loaded>
      <PolicyEditor
        draft={draft}
        onDraft={setDraft}
        onSave={() => create.mutate(draft)}
        saveLabel="Save policy"
        isSaving={create.isPending}
        canSave
        error={create.error}
      />
    </Page>
  );
}
