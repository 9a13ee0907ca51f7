import type { DataColumn } from '#console/ui/data-table-column.ts';
import { formatBytes } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { type EgressAttempt, egressRules } from '#contract/internet-access.ts';
import classes from '../Tasks.module.css';

type Row = EgressAttempt & { id: string };

const isUsual = (port: number) => port === 443 || port === 80;

/** `GET pypi.org/simple/`; the port only where it is not one of the two that are open. */
export const sayRequest = ({ method, host, port, path }: Row): string =>
  `${method} ${host}${isUsual(port) ? '' : `:${port}`}${path ?? ''}`;

export const egressColumns: DataColumn<Row>[] = [
  {
    id: 'request',
    header: 'Request',
    phone: 'title',
    cell: (row) =>
      row.rule === 'made-stricter' ? 'New rules' : <code className={classes.request}>{sayRequest(row)}</code>,
  },
  {
    id: 'outcome',
    header: 'Outcome',
    phone: 'side',
    cell: ({ isAllowed, status, rule }) =>
      rule === 'made-stricter' ? null : isAllowed ? (
        <StatusBadge tone="ok">{status === null ? 'Let through' : `Let through, ${status}`}</StatusBadge>
      ) : (
        <StatusBadge tone="bad">Refused</StatusBadge>
      ),
  },
  { id: 'rule', header: 'Why', phone: 'detail', cell: ({ rule }) => egressRules[rule].sentence },
  {
    id: 'phase',
    header: 'By',
    phone: 'detail',
    cell: ({ phase }) => <span className={classes.oneLine}>{phase === 'setup' ? 'Set-up' : 'Agent'}</span>,
  },
  {
    id: 'bytes',
    header: 'Sent, received',
    align: 'end',
    phone: 'none',
    cell: ({ sentBytes, receivedBytes, isAllowed }) =>
      isAllowed ? `${formatBytes(sentBytes)}, ${formatBytes(receivedBytes)}` : '–',
  },
  {
    id: 'address',
    header: 'Address',
    isExtra: true,
    cell: ({ address }) => (address === null ? '' : <code>{address}</code>),
  },
  { id: 'at', header: 'When', phone: 'detail', cell: ({ at }) => <RelativeTime at={at} /> },
];
