import { Table } from '@mantine/core';
import { ArrowDown, ArrowUp } from 'lucide-react';
import classes from './DataTable.module.css';
import type { DataColumn, Sort } from './data-table-column.ts';

interface SortHeaderProps<Row> {
  column: DataColumn<Row> | undefined;
  sort: Sort | undefined;
  onSort: ((sort: Sort) => void) | undefined;
}

export function SortHeader<Row>({ column, sort, onSort }: SortHeaderProps<Row>) {
  if (!column) return null;
  if (!column.isSortable || !onSort) return <Table.Th data-align={column.align}>{column.header}</Table.Th>;
  const direction = sort?.by === column.id ? sort.direction : undefined;
  const Arrow = direction === 'desc' ? ArrowDown : ArrowUp;
  return (
    <Table.Th
      data-align={column.align}
      aria-sort={direction === undefined ? 'none' : direction === 'asc' ? 'ascending' : 'descending'}
    >
      <button
        type="button"
        className={classes.sortButton}
        onClick={() => onSort({ by: column.id, direction: direction === 'asc' ? 'desc' : 'asc' })}
      >
        {column.header}
        {direction && <Arrow size={14} aria-hidden />}
      </button>
    </Table.Th>
  );
}
