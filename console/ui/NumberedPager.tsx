import { Button, Group, Text } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { formatCount } from '#console/ui/figures.ts';
import type { PagePart } from '#console/ui/page-part.ts';

interface NumberedPagerProps {
  /** "Pages of policies" */
  label: string;
  part: Omit<PagePart<unknown>, 'items'>;
  onPage: (page: number) => void;
}

/** For lists that the page holds whole and shows in parts. */
export function NumberedPager({ label, part: { from, to, total, page, pages }, onPage }: NumberedPagerProps) {
  if (pages <= 1) return null;
  return (
    <Group component="nav" aria-label={label} justify="space-between" mt={12} gap={8}>
      <Text size="sm" c="dimmed">
        {formatCount(from)}–{formatCount(to)} of {formatCount(total)}
      </Text>
      <Group gap={8}>
        <Button
          variant="default"
          disabled={page === 1}
          leftSection={<ChevronLeft size={16} aria-hidden />}
          onClick={() => onPage(page - 1)}
        >
          Previous
        </Button>
        <Button
          variant="default"
          disabled={page === pages}
          rightSection={<ChevronRight size={16} aria-hidden />}
          onClick={() => onPage(page + 1)}
        >
          Next
        </Button>
      </Group>
    </Group>
  );
}
