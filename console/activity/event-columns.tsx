import { browserName } from '#console/identity/browser-name.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { formatDuration } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { ActivityItem } from '#contract/activity-list.ts';
import { surfaceName } from '#contract/surface-names.ts';
import { DecisionBadge } from './DecisionBadge.tsx';
import { kindNames, sourceNames, subjectOf } from './event-words.ts';

const what: DataColumn<ActivityItem> = {
  id: 'kind',
  header: 'What',
  phone: 'title',
  cell: ({ id, kind, sentence }) => (
    <TextLink
      from={paths.activity}
      to={paths.activity}
      search={(old) => ({ ...old, tab: 'events' as const, item: id })}
      underline="hover"
      fw={600}
      inherit
      resetScroll={false}
    >
      {kind === 'reeve.changed' ? sentence : kindNames[kind]}
    </TextLink>
  ),
};

const others: DataColumn<ActivityItem>[] = [
  {
    id: 'subject',
    header: 'About',
    phone: 'detail',
    cell: (item) => {
      const subject = subjectOf(item);
      if (subject === item.sentence || subject === null) return '';
      return subject.startsWith('Mozilla/') ? browserName(subject) : shortName(subject);
    },
  },
  {
    id: 'outcome',
    header: 'Outcome',
    phone: 'side',
    cell: (item) => <DecisionBadge item={item} />,
  },
  {
    id: 'rule',
    header: 'Rule',
    cell: ({ rule }) =>
      rule && (
        <TextLink to={paths.explanation} params={{ code: rule }} inherit>
          {rule}
        </TextLink>
      ),
  },
  { id: 'at', header: 'When', phone: 'detail', cell: ({ at }) => <RelativeTime at={at} /> },
  { id: 'duration', header: 'Took', align: 'end', isExtra: true, cell: ({ durationMs }) => formatDuration(durationMs) },
  {
    id: 'surface',
    header: 'Surface',
    isExtra: true,
    cell: ({ surface }) => (surface ? surfaceName(surface) : ''),
  },
  {
    id: 'client',
    header: 'Client',
    isExtra: true,
    cell: ({ client, clientVersion }) => (client ? `${client} ${clientVersion ?? ''}` : ''),
  },
  { id: 'source', header: 'Source', phone: 'none', cell: ({ source }) => sourceNames[source] },
];

const member: DataColumn<ActivityItem> = {
  id: 'member',
  header: 'Member',
  phone: 'detail',
  cell: (item) => (item.member ? <span title={item.member.label}>{shortName(item.member.label)}</span> : 'unknown'),
};

export const eventColumns: DataColumn<ActivityItem>[] = [what, member, ...others];
/** In a thread, who it was is said once. */
export const threadColumns: DataColumn<ActivityItem>[] = [
  {
    ...what,
    cell: ({ id, kind }) => (
      <TextLink
        from={paths.thread}
        to={paths.thread}
        search={(old) => ({ ...old, item: id })}
        underline="hover"
        fw={600}
        inherit
        resetScroll={false}
      >
        {kindNames[kind]}
      </TextLink>
    ),
  },
  ...others,
];
