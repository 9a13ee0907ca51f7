import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import barClasses from '#console/directory/SelectionBar.module.css';
import type { GitRepository } from '#contract/git-servers.ts';
import { ConfirmChoice } from './ConfirmChoice.tsx';

interface ChooseRepositoriesProps {
  repositories: GitRepository[];
  onDone: () => void;
}

/** What can be done to several repositories at once. */
export function ChooseRepositories({ repositories, onDone }: ChooseRepositoriesProps) {
  const [asked, setAsked] = useState<'allow' | 'refuse' | null>(null);
  const toAllow = repositories.filter(({ isAllowed }) => !isAllowed);
  const toRefuse = repositories.filter(({ isAllowed }) => isAllowed);
  return (
    <section className={barClasses.bar} aria-label="Selected repositories">
      <span role="status">{repositories.length} selected</span>
      <Group gap={8}>
        {toAllow.length > 0 && (
          <Button onClick={() => setAsked('allow')}>Choose {toAllow.length} for environments</Button>
        )}
        {toRefuse.length > 0 && (
          <Button variant="outline" color="red" onClick={() => setAsked('refuse')}>
            Take {toRefuse.length} away
          </Button>
        )}
        <Button variant="subtle" onClick={onDone}>
          Clear
        </Button>
      </Group>
      {asked && (
        <ConfirmChoice
          way={asked}
          repositories={asked === 'allow' ? toAllow : toRefuse}
          onClose={() => setAsked(null)}
          onDone={onDone}
        />
      )}
    </section>
  );
}
