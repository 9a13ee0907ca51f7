import { Button, Group } from '@mantine/core';
import { useSessionStorage } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { api } from '#console/api.ts';
import { TaskFailure } from '#console/cloud/tasks/TaskFailure.tsx';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Section } from '#console/ui/Section.tsx';
import { CloudOff } from './CloudOff.tsx';
import classes from './Environments.module.css';
import { blankDraft, type EnvironmentDraft, problemsOf, withoutEmptyRows } from './environment-draft.ts';
import { ContainerSection } from './form/ContainerSection.tsx';
import { GeneralSection } from './form/GeneralSection.tsx';
import { InternetSection } from './form/InternetSection.tsx';
import { CacheFields, MachineSection } from './form/MachineSection.tsx';
import { ScriptsSection } from './form/ScriptsSection.tsx';
import { SharingSection } from './form/SharingSection.tsx';
import { VariablesSection } from './form/VariablesSection.tsx';
import { type EnvironmentOptions, useEnvironmentOptions } from './use-environment-options.ts';

export function NewEnvironmentPage() {
  const options = useEnvironmentOptions();
  return (
    <Page
      title="New environment"
      above={[{ label: 'Environments', to: paths.environments }]}
      description="A name and a repository are enough to begin. Secrets are added once it is there, and it can be tried."
    >
      <Loaded query={options} what="The form could not be loaded">
        {(found) => (found.isCloudOn ? <NewEnvironment options={found} /> : <CloudOff />)}
      </Loaded>
    </Page>
  );
}

function NewEnvironment({ options }: { options: EnvironmentOptions }) {
  const navigate = useNavigate();
  const [draft, setDraft, forget] = useSessionStorage<EnvironmentDraft>({
    key: 'reeve-new-environment',
    defaultValue: blankDraft,
    getInitialValueInEffect: false,
  });
  const [isTried, setTried] = useState(false);
  const create = useMutation(
    api.environments.create.mutationOptions({
      onSuccess: async ({ id, label }) => {
        forget();
        showDone(`${label} is there. Try it before you give it a task.`);
        await navigate({ to: paths.environment, params: { id }, search: { tab: 'try' } });
      },
    }),
  );
  const found = problemsOf(draft);
  const problems = isTried ? found : {};
  const [first] = Object.values(problems);
  const section = {
    draft,
    edit: (change: Partial<EnvironmentDraft>) => setDraft((old) => ({ ...old, ...change })),
    problems,
    isReadOnly: false,
    options,
    repositories: [],
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(found).length === 0) create.mutate(withoutEmptyRows(draft));
  };
  return (
    <form onSubmit={submit} noValidate>
      <GeneralSection {...section} />
      <ScriptsSection {...section} />
      <ContainerSection {...section} />
      <div className={classes.apart}>
        <VariablesSection {...section} />
      </div>
      <div className={classes.apart}>
        <InternetSection {...section} />
      </div>
      <div className={classes.apart}>
        <MachineSection {...section} />
      </div>
      <div className={classes.apart}>
        <Section title="Cache">
          <div className={classes.fields}>
            <CacheFields {...section} />
          </div>
        </Section>
      </div>
      <div className={classes.apart}>
        <SharingSection {...section} />
      </div>
      <div className={classes.apart}>
        {create.error && (
          <div className={classes.notice}>
            <TaskFailure what="The environment was not made" error={create.error} />
          </div>
        )}
        {first && (
          <p className={classes.problem} role="alert">
            {first}
          </p>
        )}
        <Group gap={8} mt={8}>
          <Button type="submit" loading={create.isPending}>
            Make environment
          </Button>
          <Button variant="default" disabled={create.isPending} onClick={() => setDraft(blankDraft)}>
            Start anew
          </Button>
        </Group>
      </div>
    </form>
  );
}
