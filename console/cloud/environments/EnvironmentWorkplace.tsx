import { Button, Group } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { TaskFailure } from '#console/cloud/tasks/TaskFailure.tsx';
import { describeFailure } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Notice } from '#console/ui/Notice.tsx';
import type { Environment } from '#contract/environments.ts';
import { CloudOff } from './CloudOff.tsx';
import classes from './Environments.module.css';
import { EnvironmentTabs } from './EnvironmentTabs.tsx';
import { problemsOf, tabOf, withoutEmptyRows } from './environment-draft.ts';
import { SaveChanges } from './SaveChanges.tsx';
import { DeleteEnvironment } from './saved/DeleteEnvironment.tsx';
import { useEnvironmentDraft, type WorkingEnvironment } from './use-environment-draft.ts';
import type { EnvironmentOptions } from './use-environment-options.ts';

interface EnvironmentWorkplaceProps {
  environment: Environment;
  options: EnvironmentOptions;
}

/** One environment: how it is set up, what it may reach, who uses it, and whether it works. */
export function EnvironmentWorkplace({ environment, options }: EnvironmentWorkplaceProps) {
  const { id, label, description, mayEdit, creatorName } = environment;
  const working = useEnvironmentDraft(environment);
  const { problem, problems, save } = useSaving(environment, working);
  const [isDeleting, setDeleting] = useState(false);
  const isOff = !options.isCloudOn;
  const isReadOnly = !mayEdit || isOff;
  const isChanged = working.changed.length > 0;
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: () => isChanged, disabled: !isChanged });
  return (
    <Page
      title={label}
      above={[{ label: 'Environments', to: paths.environments }]}
      description={description ?? undefined}
      history={{ subjectId: id }}
      action={
        <Group gap={8}>
          {mayEdit && (
            <Button variant="default" color="red" onClick={() => setDeleting(true)}>
              Delete
            </Button>
          )}
          <Button renderRoot={(props) => <Link to={paths.newTask} search={{ environment: id }} {...props} />}>
            New task
          </Button>
        </Group>
      }
    >
      {isOff && <CloudOff />}
      {!mayEdit && (
        <div className={classes.notice}>
          <Notice tone="info">
            <p>{creatorName} made it and shares it with you. You can use, read and try it.</p>
          </Notice>
        </div>
      )}
      {working.isBehind && <Behind working={working} />}
      {save.error && !working.isBehind && (
        <div className={classes.notice}>
          <TaskFailure what="The environment was not saved" error={save.error} />
        </div>
      )}
      <EnvironmentTabs
        environment={environment}
        options={options}
        working={working}
        problems={problems}
        isReadOnly={isReadOnly}
      />
      {!isReadOnly && isChanged && (
        <SaveChanges
          count={working.changed.length}
          problem={problem}
          isBusy={save.isPending}
          onDiscard={working.discard}
          onSave={save.send}
        />
      )}
      {isDeleting && (
        <DeleteEnvironment environment={environment} onDeleted={working.discard} onClose={() => setDeleting(false)} />
      )}
    </Page>
  );
}

/** Sends nothing that is not right, and goes to the tab that has it. */
function useSaving({ id }: Environment, working: WorkingEnvironment) {
  const navigate = useNavigate({ from: '/codex/environments/$id' });
  const queries = useQueryClient();
  const [isTried, setTried] = useState(false);
  const update = useMutation(
    api.environments.update.mutationOptions({
      onSuccess: ({ label }) => {
        working.discard();
        setTried(false);
        showDone(`${label} is saved. It holds for attempts that start from now on.`);
      },
      // What somebody else saved is shown beside what was written here.
      onError: (error) => {
        if (describeFailure(error).code === 'conflict')
          void queries.invalidateQueries({ queryKey: api.environments.key() });
      },
    }),
  );
  const problems = isTried ? problemsOf(working.draft) : {};
  const [field, problem] = Object.entries(problems)[0] ?? [];
  const send = () => {
    setTried(true);
    const [first] = Object.keys(problemsOf(working.draft)) as (keyof typeof working.draft)[];
    if (first) void navigate({ search: { tab: tabOf(first) }, replace: true });
    else update.mutate({ id, revision: working.revision, ...withoutEmptyRows(working.draft) });
  };
  return {
    problems,
    problem: field === undefined ? null : (problem ?? null),
    save: { error: update.error, isPending: update.isPending, send },
  };
}

function Behind({ working: { keepMine, discard } }: { working: WorkingEnvironment }) {
  return (
    <div className={classes.notice}>
      <Notice
        tone="warn"
        title="Somebody saved this environment while you were writing"
        actions={
          <Group gap={8}>
            <Button variant="default" onClick={discard}>
              Discard mine
            </Button>
            <Button variant="default" onClick={keepMine}>
              Keep mine over theirs
            </Button>
          </Group>
        }
      >
        <p>What you did not touch shows theirs already. Choose which of the rest counts, then save.</p>
      </Notice>
    </div>
  );
}
