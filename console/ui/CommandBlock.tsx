import { Button, Group, Text } from '@mantine/core';
import { Download } from 'lucide-react';
import { useId } from 'react';
import { CopyButton } from '#console/ui/CopyButton.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import classes from './CommandBlock.module.css';

interface CommandBlockProps {
  label: string;
  text: string;
  /** Offers the text as a file of this name, too. */
  fileName?: string | null;
  /** For prose: long lines are broken instead. */
  isWrapped?: boolean;
}

/** A command or file to copy. Long lines scroll inside; the keyboard reaches them. */
export function CommandBlock({ label, text, fileName, isWrapped = false }: CommandBlockProps) {
  const labelId = useId();
  return (
    <section className={classes.block} aria-labelledby={labelId}>
      <Group justify="space-between" wrap="nowrap" gap={8} className={classes.head}>
        <Text id={labelId} size="sm" fw={600}>
          {label}
        </Text>
        <Group gap={4} wrap="nowrap">
          {fileName && (
            <Button
              size="compact-sm"
              variant="subtle"
              color="gray"
              leftSection={<Download size={14} aria-hidden />}
              onClick={() => saveFile(fileName, text)}
            >
              {fileName}
            </Button>
          )}
          <CopyButton value={text} label={`Copy: ${label}`} />
        </Group>
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <pre className={classes.text} data-wrapped={isWrapped || undefined} tabIndex={0}>
        {text}
      </pre>
    </section>
  );
}
