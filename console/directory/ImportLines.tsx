import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { DataTable } from '#console/ui/DataTable.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { ImportLine, ImportPreview } from '#contract/directory-imports.ts';

/** More rows than that nobody reads; the figures above are about all of them. */
const mostShown = 200;

const columns: DataColumn<ImportLine>[] = [
  { id: 'email', header: 'E-mail', phone: 'title', cell: ({ email }) => email || '–' },
  { id: 'line', header: 'Line', align: 'end', cell: ({ line }) => line },
  {
    id: 'verdict',
    header: 'What happens',
    phone: 'detail',
    cell: ({ problems }) =>
      problems.length === 0 ? (
        <StatusBadge tone="ok">Will be invited</StatusBadge>
      ) : (
        <ul style={{ margin: 0, paddingLeft: 0, listStyle: 'none' }}>
          {problems.map(({ code, column, message }) => (
            <li key={code + column}>
              <StatusBadge tone={code === 'already-member' ? 'off' : 'bad'}>{columnWords[column]}</StatusBadge>{' '}
              {message}
            </li>
          ))}
        </ul>
      ),
  },
  { id: 'name', header: 'Name', phone: 'detail', cell: ({ name }) => name || '–' },
  { id: 'roles', header: 'Roles', cell: ({ roles }) => roles.join(', ') || '–' },
  { id: 'groups', header: 'Groups', cell: ({ groups }) => groups.join(', ') || '–' },
];

const columnWords = { email: 'E-mail', name: 'Name', roles: 'Roles', groups: 'Groups' } as const;

export function ImportLines({ preview }: { preview: ImportPreview }) {
  const { lines, invited, newGroups, columns: understood } = preview;
  const refused = lines.length - invited;
  const [shows, setShows] = useState<'refused' | 'all'>(refused > 0 ? 'refused' : 'all');
  const chosen = shows === 'all' ? lines : lines.filter(({ problems }) => problems.length > 0);
  const leftOut = understood.filter((column) => column === null).length;
  return (
    <Stack gap="sm">
      <Text role="status">
        <strong>{countOf(invited, 'person', 'people')}</strong> will be invited
        {refused > 0 && (
          <>
            , <strong>{countOf(refused, 'line')}</strong> cannot be used
          </>
        )}
        .{newGroups.length > 0 && ` New groups: ${newGroups.join(', ')}.`}
        {leftOut > 0 && ` ${countOf(leftOut, 'column is', 'columns are')} not understood and left out.`}
      </Text>
      {chosen.length > 0 && (
        <DataTable
          label="Lines of the list"
          columns={columns}
          rows={chosen.slice(0, mostShown)}
          rowId={({ line }) => String(line)}
          toolbar={
            <SegmentedControl
              aria-label="Lines shown"
              value={shows}
              onChange={(value) => setShows(value === 'all' ? 'all' : 'refused')}
              data={[
                { value: 'refused', label: `Cannot be used (${formatCount(refused)})` },
                { value: 'all', label: `All (${formatCount(lines.length)})` },
              ]}
            />
          }
        />
      )}
      {chosen.length > mostShown && (
        <Text size="sm" c="dimmed">
          The first {formatCount(mostShown)} of {formatCount(chosen.length)} lines.
        </Text>
      )}
    </Stack>
  );
}
