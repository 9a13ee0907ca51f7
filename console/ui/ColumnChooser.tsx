import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { Columns3 } from 'lucide-react';
import type { DataColumn } from './data-table-column.ts';

interface ColumnChooserProps<Row> {
  columns: DataColumn<Row>[];
  shown: Record<string, boolean>;
  onShown: (shown: Record<string, boolean>) => void;
}

export function ColumnChooser<Row>({ columns, shown, onShown }: ColumnChooserProps<Row>) {
  return (
    <Popover position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" leftSection={<Columns3 size={16} aria-hidden />}>
          Columns
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns shown">
        <Stack gap={8}>
          {columns.slice(1).map((column) => (
            <Checkbox
              key={column.id}
              label={column.header}
              checked={shown[column.id] !== false}
              onChange={(event) => onShown({ ...shown, [column.id]: event.currentTarget.checked })}
            />
          ))}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
