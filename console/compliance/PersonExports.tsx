import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry } from '#console/identity/EntryList.tsx';
import { showFailure } from '#console/shell/show-result.ts';
import { countOf, formatBytes } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { PersonExport } from '#contract/compliance-people.ts';
import { PagedEntries } from './PagedEntries.tsx';
import { StartExport } from './StartExport.tsx';

/** Files with everything about one person. */
export function PersonExports() {
  const { cursor } = useSearch({ from: '/shell/compliance' });
  const [isStarting, setStarting] = useState(false);
  const exported = useQuery(
    api.compliance.listExports.queryOptions({
      input: { ...(cursor && { cursor }) },
      refetchInterval: ({ state }) => (state.data?.items.some(({ state: one }) => one === 'running') ? 2_000 : false),
    }),
  );
  const start = <Button onClick={() => setStarting(true)}>Export a person</Button>;
  return (
    <>
      <PagedEntries
        query={exported}
        plural="exports"
        empty="Files with everything Reeve keeps about one person appear here, for whoever asks to see theirs."
        action={start}
        entry={(one) => <ExportEntry key={one.id} exported={one} />}
      />
      {isStarting && <StartExport onClose={() => setStarting(false)} />}
    </>
  );
}

const states: Record<PersonExport['state'], [Tone, string]> = {
  running: ['info', 'Running'],
  ready: ['ok', 'Ready'],
  fetched: ['quiet', 'Downloaded'],
  expired: ['off', 'Gone'],
  failed: ['bad', 'Failed'],
};

function ExportEntry({ exported }: { exported: PersonExport }) {
  const { id, state, progress, bytes, lastError, expiresAt } = exported;
  const [tone, word] = states[state];
  const link = useMutation(
    api.compliance.linkExport.mutationOptions({
      onSuccess: ({ url }) => location.assign(url),
      onError: (error) => showFailure('The export was not downloaded', error),
    }),
  );
  const rows = Object.values(progress).reduce((sum, count) => sum + count, 0);
  const isThere = state === 'ready' || state === 'fetched';
  return (
    <Entry
      title={exported.memberLabel}
      badge={<StatusBadge tone={tone}>{word}</StatusBadge>}
      facts={[
        exported.reason,
        <span key="by">
          ordered by {shortName(exported.orderedBy)} <RelativeTime at={exported.orderedAt} />
        </span>,
        countOf(rows, 'row'),
        bytes !== null && formatBytes(bytes),
        isThere && (
          <span key="ends">
            goes <RelativeTime at={expiresAt} />
          </span>
        ),
      ]}
      action={
        isThere && (
          <Button
            variant="default"
            loading={link.isPending}
            aria-label={`Download the export about ${exported.memberLabel}`}
            onClick={() => link.mutate({ id })}
          >
            Download
          </Button>
        )
      }
    >
      {lastError && state === 'running' && <Notice tone="bad" title={lastError} />}
    </Entry>
  );
}
