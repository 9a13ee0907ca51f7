import { Checkbox, Table } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  columnVisibilityFeature,
  createColumnHelper,
  rowSelectionFeature,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import { type MouseEvent, type ReactNode, useMemo, useState } from 'react';
import { ColumnChooser } from '#console/ui/ColumnChooser.tsx';
import classes from './DataTable.module.css';
import type { DataColumn, Sort } from './data-table-column.ts';
import { RowItems } from './RowItems.tsx';
import { ScrollRegion } from './ScrollRegion.tsx';
import { SortHeader } from './SortHeader.tsx';

interface DataTableProps<Row extends object> {
  /** Names the table for screen readers. */
  label: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
  sort?: Sort | undefined;
  onSort?: ((sort: Sort) => void) | undefined;
  /** A click anywhere in the row; the first cell holds a link for the keyboard. */
  onOpen?: ((row: Row) => void) | undefined;
  openId?: string | undefined;
  selectedIds?: string[] | undefined;
  onSelectedIds?: ((ids: string[]) => void) | undefined;
  selectionLabel?: ((row: Row) => string) | undefined;
  /** Filters, shown at the left above the table beside the column chooser. */
  toolbar?: ReactNode;
}

const features = tableFeatures({ columnVisibilityFeature, rowSelectionFeature });

/** Server-sorted, server-filtered rows. Knows nothing of where they come from. */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const {
    label,
    columns,
    rows,
    rowId,
    sort,
    onSort,
    onOpen,
    openId,
    selectedIds,
    onSelectedIds,
    selectionLabel,
    toolbar,
  } = props;
  const isPhone = useMediaQuery('(max-width: 700px)', false, { getInitialValueInEffect: false });
  const [columnVisibility, setColumnVisibility] = useState<Record<string, boolean>>(() =>
    Object.fromEntries(columns.map(({ id, isExtra }) => [id, !isExtra])),
  );
  const definitions = useMemo(() => {
    const helper = createColumnHelper<typeof features, Row>();
    return columns.map((column) =>
      helper.display({ id: column.id, header: column.header, cell: ({ row }) => column.cell(row.original) }),
    );
  }, [columns]);
  const rowSelection = useMemo(
    () => Object.fromEntries((selectedIds ?? []).map((id) => [id, true as const])),
    [selectedIds],
  );
  const table = useTable({
    features,
    columns: definitions,
    data: rows,
    getRowId: rowId,
    enableRowSelection: onSelectedIds !== undefined,
    state: { columnVisibility, rowSelection },
    onColumnVisibilityChange: setColumnVisibility,
    onRowSelectionChange: (update) => {
      const next = typeof update === 'function' ? update(rowSelection) : update;
      onSelectedIds?.(Object.keys(next).filter((id) => next[id]));
    },
  });
  const byId = new Map(columns.map((column) => [column.id, column]));
  const canChooseColumns = !isPhone && columns.some(({ isExtra }) => isExtra);
  const openFromRow = (event: MouseEvent, row: Row) => {
    if (event.target instanceof Element && event.target.closest('a,button,input,label')) return;
    onOpen?.(row);
  };

  const bar = (toolbar || canChooseColumns) && (
    <div className={classes.bar}>
      <div className={classes.filters}>{toolbar}</div>
      {canChooseColumns && <ColumnChooser columns={columns} shown={columnVisibility} onShown={setColumnVisibility} />}
    </div>
  );
  if (rows.length === 0) return bar;
  if (isPhone) {
    return (
      <>
        {bar}
        <RowItems label={label} columns={columns} rows={rows} rowId={rowId} onOpen={onOpen && openFromRow} />
      </>
    );
  }
  return (
    <>
      {bar}
      <ScrollRegion label={`Table: ${label}`} className={classes.scroll}>
        <Table className={classes.table} aria-label={label}>
          <Table.Thead>
            {table.getHeaderGroups().map((group) => (
              <Table.Tr key={group.id}>
                {onSelectedIds && (
                  <Table.Th className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label="Select all rows on this page"
                      checked={rows.length > 0 && table.getIsAllRowsSelected()}
                      indeterminate={!table.getIsAllRowsSelected() && table.getIsSomeRowsSelected()}
                      onChange={table.getToggleAllRowsSelectedHandler()}
                    />
                  </Table.Th>
                )}
                {group.headers.map((header) => (
                  <SortHeader key={header.id} column={byId.get(header.column.id)} sort={sort} onSort={onSort} />
                ))}
              </Table.Tr>
            ))}
          </Table.Thead>
          <Table.Tbody>
            {table.getRowModel().rows.map((row) => (
              <Table.Tr
                key={row.id}
                className={classes.row}
                data-opens={onOpen ? true : undefined}
                data-open={row.id === openId || undefined}
                onClick={onOpen && ((event) => openFromRow(event, row.original))}
              >
                {onSelectedIds && (
                  <Table.Td className={classes.check}>
                    <Checkbox
                      size="xs"
                      aria-label={`Select ${selectionLabel?.(row.original) ?? row.id}`}
                      checked={row.getIsSelected()}
                      onChange={row.getToggleSelectedHandler()}
                    />
                  </Table.Td>
                )}
                {row.getVisibleCells().map((cell) => (
                  <Table.Td key={cell.id} data-align={byId.get(cell.column.id)?.align}>
                    <table.FlexRender cell={cell} />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollRegion>
    </>
  );
}
