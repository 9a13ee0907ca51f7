import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';

interface ReasonedButtonProps extends ButtonProps {
  /** Why it cannot be pressed now; null: it can. */
  reason: string | null;
  onClick: () => void;
  children: ReactNode;
}

/** A button that says why it does not work, also to the keyboard. */
export function ReasonedButton({ reason, onClick, children, ...looks }: ReasonedButtonProps) {
  return (
    <Tooltip label={reason} disabled={reason === null} multiline maw={320}>
      <Button
        {...looks}
        {...(reason !== null && { 'data-disabled': true })}
        aria-disabled={reason !== null}
        onClick={() => reason === null && onClick()}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
