import { ActionIcon, Button, TextInput } from '@mantine/core';
import { Plus, Trash2 } from 'lucide-react';
import { Section } from '#console/ui/Section.tsx';
import classes from '../Environments.module.css';
import type { SectionProps } from './section-props.ts';

export function VariablesSection({ draft: { variables }, edit, problems, isReadOnly }: SectionProps) {
  const change = (index: number, part: { name?: string; value?: string }) =>
    edit({ variables: variables.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  return (
    <Section
      title="Variables"
      description="For set-up and the agent, as long as the task runs. Whoever may use the environment reads them: what nobody should read is a secret."
    >
      <div className={classes.fields}>
        {variables.map(({ name, value }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity while their name is typed
          <div key={index} className={classes.variable}>
            <TextInput
              aria-label={`Name of variable ${index + 1}`}
              placeholder="NAME"
              classNames={{ input: classes.mono ?? '' }}
              spellCheck={false}
              autoComplete="off"
              maxLength={100}
              readOnly={isReadOnly}
              value={name}
              onChange={(event) => change(index, { name: event.currentTarget.value.trim() })}
            />
            <TextInput
              aria-label={`Value of ${name || `variable ${index + 1}`}`}
              placeholder="value"
              classNames={{ input: classes.mono ?? '' }}
              spellCheck={false}
              autoComplete="off"
              readOnly={isReadOnly}
              value={value}
              onChange={(event) => change(index, { value: event.currentTarget.value })}
            />
            {!isReadOnly && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={`Remove ${name || `variable ${index + 1}`}`}
                onClick={() => edit({ variables: variables.filter((_, at) => at !== index) })}
              >
                <Trash2 size={16} aria-hidden />
              </ActionIcon>
            )}
          </div>
        ))}
        {isReadOnly && variables.length === 0 && <p className={classes.note}>None.</p>}
        {problems.variables && (
          <p className={classes.problem} role="alert">
            {problems.variables}
          </p>
        )}
        {!isReadOnly && (
          <div>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<Plus size={16} aria-hidden />}
              onClick={() => edit({ variables: [...variables, { name: '', value: '' }] })}
            >
              Add a variable
            </Button>
          </div>
        )}
      </div>
    </Section>
  );
}
