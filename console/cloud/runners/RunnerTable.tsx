import { Anchor } from '@mantine/core';
import { TriangleAlert } from 'lucide-react';
import { useMemo } from 'react';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Runner } from '#contract/runners.ts';
import { Labels } from './Labels.tsx';
import classes from './Runners.module.css';
import { driverNames, lookOf, sayDriver, weaknessesOf } from './runner-words.ts';

const columns = (onOpen: (id: string) => void): DataColumn<Runner>[] => [
  {
    id: 'name',
    header: 'Runner',
    phone: 'title',
    cell: ({ id, name, isEmbedded }) => (
      <>
        <Anchor component="button" type="button" underline="hover" fw={600} inherit onClick={() => onOpen(id)}>
          {name}
        </Anchor>
        {isEmbedded && <span className={classes.quiet}> in Reeve itself</span>}
      </>
    ),
  },
  {
    id: 'state',
    header: 'State',
    phone: 'side',
    cell: (runner) => {
      const { tone, word } = lookOf(runner);
      return <StatusBadge tone={tone}>{word}</StatusBadge>;
    },
  },
  {
    id: 'load',
    header: 'Load',
    phone: 'detail',
    cell: ({ running, capacity }) => <Load running={running} capacity={capacity} />,
    phoneCell: ({ running, capacity }) => `${running} of ${capacity} busy`,
  },
  {
    id: 'drivers',
    header: 'Runs tasks in',
    phone: 'detail',
    cell: (runner) => <Drivers runner={runner} />,
  },
  { id: 'labels', header: 'Labels', phone: 'none', cell: ({ labels }) => <Labels labels={labels} /> },
  { id: 'seenAt', header: 'Seen', phone: 'detail', cell: ({ seenAt }) => <RelativeTime at={seenAt} /> },
];

interface RunnerTableProps {
  runners: Runner[];
  openId: string | null;
  onOpen: (id: string) => void;
}

export function RunnerTable({ runners, openId, onOpen }: RunnerTableProps) {
  const shown = useMemo(() => columns(onOpen), [onOpen]);
  return (
    <DataTable
      label="Runners"
      columns={shown}
      rows={runners}
      rowId={({ id }) => id}
      openId={openId ?? undefined}
      onOpen={({ id }) => onOpen(id)}
    />
  );
}

function Load({ running, capacity }: { running: number; capacity: number }) {
  return (
    <span className={classes.load}>
      <progress max={capacity} value={Math.min(running, capacity)} aria-hidden />
      {running} of {capacity} busy
    </span>
  );
}

function Drivers({ runner }: { runner: Runner }) {
  const weaknesses = weaknessesOf(runner);
  return (
    <span className={classes.drivers}>
      {runner.drivers.map((driver) => (
        <span key={driver.kind} title={driverNames[driver.kind]}>
          {sayDriver(driver)}
        </span>
      ))}
      {weaknesses.length > 0 && (
        <span className={classes.weak}>
          <TriangleAlert size={14} aria-hidden /> {countOf(weaknesses.length, 'weakness', 'weaknesses')}
        </span>
      )}
    </span>
  );
}
