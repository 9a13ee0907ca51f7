import { ActionIcon, Skeleton, Tooltip } from '@mantine/core';
import { ChartNoAxesColumn, Download, Table2 } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { saveFile } from '#console/ui/save-file.ts';
import { toCsv } from '#console/ui/to-csv.ts';
import classes from './Charts.module.css';
import type { ChartTable } from './chart-data.ts';
import { TableTwin } from './TableTwin.tsx';

interface ChartFrameProps {
  title: string;
  /** "tokens a day"; part of the title. */
  unit: string;
  description?: ReactNode;
  /** The same as the chart, in rows. */
  table: ChartTable;
  /** "tokens-by-model": the name of the CSV file, without its ending. */
  fileName: string;
  isTable: boolean;
  onTable: (isTable: boolean) => void;
  /** Why there is nothing to show; the chart is left out then. */
  emptyBecause?: ReactNode;
  /** A choice of what is measured, at the right of the title. */
  choice?: ReactNode;
  children: ReactNode;
}

/** A chart with its title and unit, the same numbers as a table behind a switch, and as CSV. */
export function ChartFrame(props: ChartFrameProps) {
  const { title, unit, description, table, fileName, isTable, onTable, emptyBecause, choice, children } = props;
  const titleId = useId();
  const isEmpty = Boolean(emptyBecause);
  const save = () => saveFile(`${fileName}.csv`, toCsv([table.columns.map(({ header }) => header), ...table.rows]));
  return (
    <section className={classes.frame} aria-labelledby={titleId}>
      <div className={classes.head}>
        <h3 id={titleId} className={classes.title}>
          {title}
          <span className={classes.unit}>, {unit}</span>
        </h3>
        <div className={classes.tools}>
          {choice}
          {!isEmpty && (
            <>
              <Tool
                label={isTable ? `Show as chart: ${title}` : `Show as table: ${title}`}
                onClick={() => onTable(!isTable)}
              >
                {isTable ? <ChartNoAxesColumn size={16} aria-hidden /> : <Table2 size={16} aria-hidden />}
              </Tool>
              <Tool label={`Save as CSV: ${title}`} onClick={save}>
                <Download size={16} aria-hidden />
              </Tool>
            </>
          )}
        </div>
      </div>
      {description && <p className={classes.description}>{description}</p>}
      <div className={classes.body}>
        {isEmpty ? (
          <p className={classes.empty}>{emptyBecause}</p>
        ) : isTable ? (
          <TableTwin label={`${title}, ${unit}`} table={table} />
        ) : (
          children
        )}
      </div>
    </section>
  );
}

function Tool({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <Tooltip label={label.split(':')[0]}>
      <ActionIcon variant="subtle" color="gray" c="dimmed" size={32} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

/** In place of a chart while it loads; as high as one, so that nothing moves when it comes. */
export const ChartSkeleton = () => (
  <div className={classes.frame} role="status" aria-label="Loading">
    <Skeleton height={24} width="50%" mb={16} />
    <Skeleton height={220} />
  </div>
);
