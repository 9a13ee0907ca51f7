import { ActionIcon, Group, Tooltip } from '@mantine/core';
import { ArrowDown, ArrowUp, Copy, X } from 'lucide-react';
import type { ReactNode } from 'react';
import classes from './Form.module.css';

interface EntryButtonsProps {
  /** What the buttons are about, after the verb: "read-only", "rule 2". */
  subject: string;
  index: number;
  count: number;
  onMove?: ((offset: -1 | 1) => void) | undefined;
  onDuplicate?: (() => void) | undefined;
  onRemove: () => void;
}

/** Order and removal of one entry of a list, by mouse and keyboard. */
export function EntryButtons({ subject, index, count, onMove, onDuplicate, onRemove }: EntryButtonsProps) {
  return (
    <Group gap={2} wrap="nowrap">
      {onMove && (
        <>
          <IconButton label={`Move ${subject} up`} isDisabled={index === 0} onClick={() => onMove(-1)}>
            <ArrowUp size={16} aria-hidden />
          </IconButton>
          <IconButton label={`Move ${subject} down`} isDisabled={index === count - 1} onClick={() => onMove(1)}>
            <ArrowDown size={16} aria-hidden />
          </IconButton>
        </>
      )}
      {onDuplicate && (
        <IconButton label={`Duplicate ${subject}`} onClick={onDuplicate}>
          <Copy size={16} aria-hidden />
        </IconButton>
      )}
      <IconButton label={`Remove ${subject}`} onClick={onRemove}>
        <X size={16} aria-hidden />
      </IconButton>
    </Group>
  );
}

interface IconButtonProps {
  label: string;
  isDisabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

const IconButton = ({ label, isDisabled = false, onClick, children }: IconButtonProps) => (
  <Tooltip label={label}>
    <ActionIcon
      variant="subtle"
      color="gray"
      className={classes.iconButton ?? ''}
      aria-label={label}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </ActionIcon>
  </Tooltip>
);
