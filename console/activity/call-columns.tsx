import { Text } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { formatDuration, formatTokens, formatUsd } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { ModelCall } from '#contract/models.ts';
import { OutcomeBadge } from './OutcomeBadge.tsx';

const nobody = (
  <Text span c="dimmed" inherit>
    unknown
  </Text>
);

export const callColumns: DataColumn<ModelCall>[] = [
  {
    id: 'member',
    header: 'Member',
    phone: 'title',
    cell: ({ id, member }) => (
      <TextLink
        from={paths.activity}
        to={paths.activity}
        search={(old) => ({ ...old, call: id })}
        underline="hover"
        fw={600}
        inherit
        resetScroll={false}
      >
        {member?.name ?? 'Unknown'}
      </TextLink>
    ),
  },
  { id: 'outcome', header: 'Outcome', phone: 'side', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { id: 'startedAt', header: 'Started', phone: 'detail', cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
  { id: 'model', header: 'Model', phone: 'detail', cell: ({ model }) => model ?? nobody },
  {
    id: 'client',
    header: 'Client',
    cell: ({ client, clientVersion }) => (client ? `${client} ${clientVersion ?? ''}` : nobody),
  },
  { id: 'policy', header: 'Policy', isExtra: true, cell: ({ policyName }) => policyName ?? 'none' },
  { id: 'input', header: 'Input', align: 'end', cell: ({ inputTokens }) => formatTokens(inputTokens) },
  { id: 'output', header: 'Output', align: 'end', cell: ({ outputTokens }) => formatTokens(outputTokens) },
  { id: 'cost', header: 'Cost', align: 'end', phone: 'detail', cell: ({ costUsd }) => formatUsd(costUsd) },
  { id: 'duration', header: 'Took', align: 'end', cell: ({ durationMs }) => formatDuration(durationMs) },
];
