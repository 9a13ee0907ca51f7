import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ProtectionBanners } from '../protection/ProtectionBanners.tsx';
import { usePolicyLock } from '../use-policy-lock.ts';
import { ImportDocument } from './ImportDocument.tsx';
import classes from './NewPolicy.module.css';
import { StartChoice } from './StartChoice.tsx';
import { StartPreview } from './StartPreview.tsx';
import { blankStart, type Start } from './start.ts';

/** Chooses what to start from and gives it a name; the rest is the editor of the draft that this makes. */
export function NewPolicyPage() {
  const navigate = useNavigate();
  const lock = usePolicyLock();
  const [start, setStart, forget] = useSessionStorage<Start>({
    key: 'reeve-new-policy',
    defaultValue: blankStart,
    getInitialValueInEffect: false,
  });
  const [isNameMissing, setNameMissing] = useState(false);
  const templates = useQuery(api.policies.templates.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  const create = useMutation(
    api.policies.create.mutationOptions({
      onSuccess: async ({ id, name }) => {
        forget();
        showDone(`${name} is a draft now. Nobody gets it before it is published and assigned.`);
        await navigate({ to: paths.policy, params: { id } });
      },
    }),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = start.name.trim();
    setNameMissing(name === '');
    if (name !== '') create.mutate({ name, contents: start.contents, defaults: start.defaults });
  };
  return (
    <Page
      title="Write a policy"
      description="Choose what to start from. It becomes a draft that nobody gets until it is published and assigned."
      above={[{ label: 'Policies', to: paths.policies }]}
    >
      <ProtectionBanners />
      {lock.writing !== null && lock.managedBy === null ? (
        <Notice tone="info" title="Policies are written by others">
          <p>{lock.writing} Ask a workspace owner or a Codex admin.</p>
        </Notice>
      ) : (
        <form onSubmit={submit} noValidate>
          <div className={classes.columns}>
            <Stack gap="lg">
              <Loaded query={templates} what="The templates could not be loaded" skeleton={<RowSkeletons rows={5} />}>
                {({ items }) => <StartChoice templates={items} start={start} onStart={setStart} />}
              </Loaded>
              <ImportDocument start={start} onStart={setStart} />
            </Stack>
            <Stack gap="md" className={classes.preview ?? ''}>
              {create.error && <FailureNotice what="The draft was not made" error={create.error} />}
              <TextInput
                label="Name"
                description="Clients print it when they refuse something."
                maxLength={120}
                value={start.name}
                error={isNameMissing && 'Give the policy a name, for example “Engineers”.'}
                onChange={(event) => {
                  setNameMissing(false);
                  setStart({ ...start, name: event.currentTarget.value, isOwnName: event.currentTarget.value !== '' });
                }}
              />
              <StartPreview start={start} />
              <Group>
                <Button type="submit" loading={create.isPending} disabled={lock.writing !== null}>
                  Create draft
                </Button>
              </Group>
            </Stack>
          </div>
        </form>
      )}
    </Page>
  );
}
