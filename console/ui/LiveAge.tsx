import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { Pause, Play } from 'lucide-react';
import { useNow } from '#console/ui/use-now.ts';

interface LiveAgeProps {
  updatedAt: number;
  isPaused: boolean;
  onPausedChange: (isPaused: boolean) => void;
  /** Where the page says its age itself. */
  isAgeHidden?: boolean;
}

/** How old a live page is, and the switch that stops it. */
export function LiveAge({ updatedAt, isPaused, onPausedChange, isAgeHidden = false }: LiveAgeProps) {
  const now = useNow(1000);
  const seconds = Math.max(0, Math.round((now.getTime() - updatedAt) / 1000));
  const age =
    updatedAt === 0
      ? 'Loading'
      : seconds < 60
        ? `Updated ${seconds} s ago`
        : `Updated ${Math.floor(seconds / 60)} min ago`;
  const label = isPaused ? 'Go on updating' : 'Pause updating';
  return (
    <Group gap={8} wrap="nowrap">
      {(isPaused || !isAgeHidden) && (
        <Text size="sm" c="dimmed" ff="text">
          {isPaused ? `Paused. ${age}` : age}
        </Text>
      )}
      <Tooltip label={label}>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={label}
          aria-pressed={isPaused}
          onClick={() => onPausedChange(!isPaused)}
        >
          {isPaused ? <Play size={16} aria-hidden /> : <Pause size={16} aria-hidden />}
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}
