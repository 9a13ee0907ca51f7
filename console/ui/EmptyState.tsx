import type { ReactNode } from 'react';
import classes from './EmptyState.module.css';

interface EmptyStateProps {
  /** What will be here, or why there is nothing. One sentence. */
  children: ReactNode;
  /** The one thing that puts it there. */
  action?: ReactNode;
}

export function EmptyState({ children, action }: EmptyStateProps) {
  return (
    <div className={classes.empty}>
      <p className={classes.text}>{children}</p>
      {action}
    </div>
  );
}
