import { MultiSelect, Textarea, TextInput } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Section } from '#console/ui/Section.tsx';
import classes from '../Environments.module.css';
import type { SectionProps } from './section-props.ts';

export function GeneralSection({ draft, edit, problems, isReadOnly, options, repositories }: SectionProps) {
  const known = new Map([...repositories, ...options.repositories].map((one) => [one.id, one]));
  const choices = [...known.values()].map(({ id, name, state }) => ({
    value: id,
    label: state === 'connected' ? name : `${name} (not connected)`,
  }));
  return (
    <Section title="Name and repositories">
      <div className={classes.fields}>
        <TextInput
          label="Name"
          maxLength={120}
          readOnly={isReadOnly}
          value={draft.label}
          error={problems.label}
          onChange={(event) => edit({ label: event.currentTarget.value })}
        />
        <MultiSelect
          label="Repositories"
          description="A task works on the first one unless it says otherwise. Whether a member may read it is asked of the git server at each task."
          searchable
          hidePickedOptions
          readOnly={isReadOnly}
          nothingFoundMessage="No repository of that name is chosen for environments"
          value={draft.repositoryIds}
          data={choices}
          error={problems.repositoryIds}
          onChange={(repositoryIds) => edit({ repositoryIds })}
        />
        {options.repositories.length === 0 && (
          <p className={classes.note}>
            No repository is chosen for environments yet. Whoever manages connectors does that under{' '}
            <TextLink to={paths.git}>GitHub</TextLink>.
          </p>
        )}
        <Textarea
          label="Description"
          description="For whoever chooses an environment for a task."
          autosize
          minRows={2}
          maxLength={1000}
          readOnly={isReadOnly}
          value={draft.description ?? ''}
          onChange={(event) => edit({ description: event.currentTarget.value || null })}
        />
      </div>
    </Section>
  );
}
