import { Table } from '@mantine/core';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import classes from './Charts.module.css';
import type { ChartTable } from './chart-data.ts';

/** A chart's numbers in rows; the first column names the row. */
export function TableTwin({ label, table: { columns, rows } }: { label: string; table: ChartTable }) {
  return (
    <ScrollRegion label={`Table: ${label}`} className={classes.twin}>
      <Table className={classes.table} aria-label={label} stickyHeader>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ header }, index) => (
              <Table.Th key={header} scope="col" data-align={index > 0 ? 'end' : undefined}>
                {header}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={row.slice(0, 3).join(' ')}>
              <Table.Th scope="row">{row[0]}</Table.Th>
              {row.slice(1).map((value, index) => (
                <Table.Td key={columns[index + 1]?.header} data-align="end">
                  {sayValue(value, columns[index + 1]?.format)}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollRegion>
  );
}

const sayValue = (value: string | number | null, format?: (value: number) => string) =>
  value === null ? '–' : typeof value === 'number' && format ? format(value) : value;
