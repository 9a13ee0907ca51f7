import type { MouseEvent } from 'react';
import classes from './DataTable.module.css';
import type { DataColumn } from './data-table-column.ts';

interface RowItemsProps<Row> {
  label: string;
  columns: DataColumn<Row>[];
  rows: Row[];
  rowId: (row: Row) => string;
  onOpen?: ((event: MouseEvent, row: Row) => void) | undefined;
}

/** The table on a phone: two-line items. */
export function RowItems<Row>({ label, columns, rows, rowId, onOpen }: RowItemsProps<Row>) {
  const at = (place: DataColumn<Row>['phone']) => columns.filter((column) => (column.phone ?? 'none') === place);
  return (
    <ul className={classes.items} aria-label={label}>
      {rows.map((row) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the title cell holds the link for the keyboard
        <li key={rowId(row)} className={classes.item} onClick={onOpen && ((event) => onOpen(event, row))}>
          <div className={classes.itemHead}>
            <div className={classes.itemTitle}>
              {at('title').map((column) => (
                <div key={column.id}>{(column.phoneCell ?? column.cell)(row)}</div>
              ))}
            </div>
            <div className={classes.itemSide}>
              {at('side').map((column) => (
                <div key={column.id}>{(column.phoneCell ?? column.cell)(row)}</div>
              ))}
            </div>
          </div>
          <div className={classes.itemDetails}>
            {at('detail').map((column) => (
              <div key={column.id}>{(column.phoneCell ?? column.cell)(row)}</div>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}
