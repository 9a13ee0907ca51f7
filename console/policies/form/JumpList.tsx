import { UnstyledButton } from '@mantine/core';
import { groupId } from './DocumentFields.tsx';
import classes from './Form.module.css';

interface JumpListProps {
  groups: { name: string; set: number }[];
  hasUnknown: boolean;
}

/** The groups of the form with how much of each is set; brings a group into sight and the focus to it. */
export function JumpList({ groups, hasUnknown }: JumpListProps) {
  const entries = [...groups, ...(hasUnknown ? [{ name: 'unknown', set: 0 }] : [])];
  const jump = (name: string) => {
    const group = document.getElementById(groupId(name));
    group?.scrollIntoView({ block: 'start' });
    const field = group?.querySelector<HTMLElement>('input, button, textarea, [tabindex="0"]');
    field?.focus({ preventScroll: true });
  };
  return (
    <nav className={classes.jump} aria-label="Groups of keys">
      {entries.map(({ name, set }) => (
        <UnstyledButton key={name} className={classes.jumpEntry ?? ''} onClick={() => jump(name)}>
          <span>{name === 'unknown' ? 'Not known to clients' : name}</span>
          {set > 0 && <span className={classes.jumpCount}>{set} set</span>}
        </UnstyledButton>
      ))}
    </nav>
  );
}
