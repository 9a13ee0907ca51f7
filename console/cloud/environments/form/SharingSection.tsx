import { MultiSelect, Radio, Stack } from '@mantine/core';
import { Section } from '#console/ui/Section.tsx';
import { environmentSharing } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import { sharingWords } from '../environment-words.ts';
import type { SectionProps } from './section-props.ts';

export function SharingSection({ draft, edit, problems, isReadOnly, options: { groups } }: SectionProps) {
  const known = groups.map(({ id, name }) => ({ value: id, label: name }));
  const others = draft.groupIds.filter((id) => !groups.some((group) => group.id === id));
  return (
    <Section
      title="Shared with"
      description="Who may give tasks in it. They see its scripts and variables, never its secrets; only whoever made it and Codex admins change it."
    >
      <div className={classes.fields}>
        <Radio.Group
          aria-label="Shared with"
          value={draft.sharing}
          onChange={(sharing) => edit({ sharing: sharing as typeof draft.sharing })}
        >
          <Stack gap={8}>
            {environmentSharing.map((value) => (
              <Radio
                key={value}
                value={value}
                disabled={isReadOnly}
                label={sharingWords[value].label}
                description={sharingWords[value].sentence}
              />
            ))}
          </Stack>
        </Radio.Group>
        {draft.sharing === 'groups' && (
          <MultiSelect
            label="Groups"
            description="Your own ones; Codex admins choose among all."
            searchable
            readOnly={isReadOnly}
            nothingFoundMessage="No group of that name"
            value={draft.groupIds}
            data={[...known, ...others.map((id) => ({ value: id, label: 'A group that you are not in' }))]}
            error={problems.groupIds}
            onChange={(groupIds) => edit({ groupIds })}
          />
        )}
      </div>
    </Section>
  );
}
