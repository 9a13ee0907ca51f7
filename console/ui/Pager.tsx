import { Button, Group, Text } from '@mantine/core';
import { ChevronRight, ChevronsLeft } from 'lucide-react';

interface PagerProps {
  label: string;
  shown: number;
  isFirst: boolean;
  hasNext: boolean;
  onFirst: () => void;
  onNext: () => void;
}

/** Keyset pages go forward; the browser's Back goes back, and the first page is one click away. */
export function Pager({ label, shown, isFirst, hasNext, onFirst, onNext }: PagerProps) {
  if (isFirst && !hasNext) return null;
  return (
    <Group component="nav" aria-label={label} justify="space-between" mt={12}>
      <Text size="sm" c="dimmed">
        {shown} on this page
      </Text>
      <Group gap={8}>
        <Button
          variant="default"
          disabled={isFirst}
          leftSection={<ChevronsLeft size={16} aria-hidden />}
          onClick={onFirst}
        >
          First page
        </Button>
        <Button
          variant="default"
          disabled={!hasNext}
          rightSection={<ChevronRight size={16} aria-hidden />}
          onClick={onNext}
        >
          Next page
        </Button>
      </Group>
    </Group>
  );
}
