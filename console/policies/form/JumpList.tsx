import { UnstyledButton } from '@mantine/core';
import classes from './Form.module.css';

interface JumpListProps {
  groups: { name: string; set: number }[];
  hasUnknown: boolean;
  onJump: (name: string) => void;
}

/** The groups of the form with how much of each is set. */
export function JumpList({ groups, hasUnknown, onJump }: JumpListProps) {
  const entries = [...groups, ...(hasUnknown ? [{ name: 'unknown', set: 0 }] : [])];
  return (
    <nav className={classes.jump} aria-label="Groups of keys">
      {entries.map(({ name, set }) => (
        <UnstyledButton key={name} className={classes.jumpEntry ?? ''} onClick={() => onJump(name)}>
          <span>{name === 'unknown' ? 'Not known to clients' : name}</span>
          {set > 0 && <span className={classes.jumpCount}>{set} set</span>}
        </UnstyledButton>
      ))}
    </nav>
  );
}
