import { Radio, Stack } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Starter } from '#contract/team-config-bundles.ts';
import classes from './NewBundle.module.css';

interface StarterChoiceProps {
  starters: Starter[];
  chosen: string;
}

/** Starters with a sentence each; the choice is in the address, so that guides can link to one. */
export function StarterChoice({ starters, chosen }: StarterChoiceProps) {
  const navigate = useNavigate({ from: '/team-config/new' });
  const all = [...starters, { id: 'empty', name: 'Empty', description: 'No files; you add every one yourself.' }];
  return (
    <Radio.Group
      label="Start from"
      value={chosen}
      onChange={(starter) => void navigate({ search: { starter }, replace: true })}
    >
      <Stack gap={0} mt={4}>
        {all.map(({ id, name, description }) => (
          <Radio.Card key={id} value={id} className={classes.choice ?? ''}>
            <Radio.Indicator className={classes.indicator ?? ''} />
            <span>
              <span className={classes.choiceName}>{name}</span>
              <span className={classes.choiceSentence}>{description}</span>
            </span>
          </Radio.Card>
        ))}
      </Stack>
    </Radio.Group>
  );
}
