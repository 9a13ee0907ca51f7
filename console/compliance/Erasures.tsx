import { Button, Progress } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Erasure } from '#contract/compliance-people.ts';
import { EraseContent } from './EraseContent.tsx';
import { PagedEntries } from './PagedEntries.tsx';

/** Whose content was erased, and how far what runs is. */
export function Erasures() {
  const mayErase = useCan('compliance.delete');
  const { cursor } = useSearch({ from: '/shell/compliance' });
  const [isErasing, setErasing] = useState(false);
  const erasures = useQuery(
    api.compliance.listErasures.queryOptions({
      input: { ...(cursor && { cursor }) },
      refetchInterval: ({ state }) => (state.data?.items.some(({ state: one }) => one !== 'done') ? 2_000 : false),
    }),
  );
  const erase = mayErase && <Button onClick={() => setErasing(true)}>Erase content of a person</Button>;
  return (
    <>
      <PagedEntries
        query={erasures}
        plural="erasures"
        empty="Erasures of what one person wrote and got appear here, with how far they are and what they took."
        action={erase}
        entry={(erasure) => <ErasureEntry key={erasure.id} erasure={erasure} />}
      />
      {isErasing && <EraseContent onClose={() => setErasing(false)} />}
    </>
  );
}

function ErasureState({ state }: { state: Erasure['state'] }) {
  if (state === 'done') return <StatusBadge tone="ok">Erased</StatusBadge>;
  if (state === 'held') return <StatusBadge tone="warn">Stopped by a legal hold</StatusBadge>;
  return <StatusBadge tone="info">Running</StatusBadge>;
}

function ErasureEntry({ erasure }: { erasure: Erasure }) {
  const { state } = erasure;
  return (
    <Entry
      title={erasure.memberLabel ?? erasure.memberId}
      badge={<ErasureState state={state} />}
      facts={[
        erasure.reason,
        <span key="by">
          ordered by {shortName(erasure.orderedBy)} <RelativeTime at={erasure.orderedAt} />
        </span>,
        countOf(erasure.contents, 'text'),
        `${countOf(erasure.lines, 'line')} in ${countOf(erasure.filesReplaced, 'log file')}`,
        erasure.withAudit && `names in ${countOf(erasure.auditEntries, 'audit entry', 'audit entries')}`,
      ]}
    >
      {state !== 'done' && <ErasureProgress erasure={erasure} />}
    </Entry>
  );
}

function ErasureProgress({ erasure: { state, filesLooked, filesTotal, lastError } }: { erasure: Erasure }) {
  return (
    <>
      {state === 'running' && filesTotal > 0 && (
        <>
          <Progress.Root mt={8} maw={480}>
            <Progress.Section value={(100 * filesLooked) / filesTotal} aria-label="Log files looked through" />
          </Progress.Root>
          <p>
            {formatCount(filesLooked)} of {countOf(filesTotal, 'log file')} looked through
          </p>
        </>
      )}
      {lastError && <Notice tone="bad" title={lastError} />}
    </>
  );
}
