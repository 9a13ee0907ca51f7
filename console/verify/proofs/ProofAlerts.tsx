import { Button, Switch } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { ProofAlert } from '#contract/proofs.ts';
import classes from './Proofs.module.css';

const kinds: Record<ProofAlert['kind'], [Tone, string]> = {
  broken: ['bad', 'Broken'],
  drift: ['warn', 'Changed for the worse'],
  'run-failed': ['info', 'Proof failed'],
};

/** What changed for the worse, and who looks after it. */
export function ProofAlerts() {
  const { show = 'open', cursor } = useSearch({ from: '/shell/verify/proofs' });
  const navigate = useNavigate({ from: '/verify/proofs' });
  const alerts = useQuery(
    api.proofs.alerts.queryOptions({
      input: { state: show, limit: 50, ...(cursor && { cursor }) },
      placeholderData: keepPreviousData,
      refetchInterval: 15_000,
    }),
  );
  const goTo = (next: string | undefined) => void navigate({ search: (old) => ({ ...old, cursor: next }) });
  return (
    <>
      <div className={classes.aboveTable}>
        <Switch
          label="Also those that somebody looks after"
          checked={show === 'all'}
          onChange={(event) => {
            const next = event.currentTarget.checked ? ('all' as const) : undefined;
            void navigate({ search: (old) => ({ ...old, cursor: undefined, show: next }), replace: true });
          }}
        />
      </div>
      <Loaded query={alerts} what="The alerts could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items, nextCursor }) => (
          <>
            {items.length === 0 ? (
              <EmptyState>
                {show === 'open'
                  ? 'No open alert. One is raised when a proof finds something broken, when a verdict becomes worse than before, and when a proof fails.'
                  : 'No alert was ever raised.'}
              </EmptyState>
            ) : (
              <EntryList label="Alerts">
                {items.map((alert) => (
                  <AlertEntry key={alert.id} alert={alert} />
                ))}
              </EntryList>
            )}
            <Pager
              label="Pages of alerts"
              shown={items.length}
              isFirst={!cursor}
              hasNext={nextCursor !== null}
              onFirst={() => goTo(undefined)}
              onNext={() => goTo(nextCursor ?? undefined)}
            />
          </>
        )}
      </Loaded>
    </>
  );
}

function AlertEntry({ alert }: { alert: ProofAlert }) {
  const { id, kind, sentence, runId, cellId, raisedAt, acknowledgedAt, acknowledgedBy } = alert;
  const mayRun = useCan('verify.run');
  const [tone, word] = kinds[kind];
  const acknowledge = useMutation(
    api.proofs.acknowledge.mutationOptions({
      onSuccess: () => showDone('Noted that you look after it.'),
      onError: (error) => showFailure('The alert was not acknowledged', error),
    }),
  );
  return (
    <Entry
      title={
        <span>
          <Sentence text={sentence} />
        </span>
      }
      badge={<StatusBadge tone={tone}>{word}</StatusBadge>}
      facts={[
        <span key="raised">
          raised <RelativeTime at={raisedAt} />
        </span>,
        acknowledgedAt && (
          <>
            {shortName(acknowledgedBy ?? 'somebody')} looks after it since <RelativeTime at={acknowledgedAt} />
          </>
        ),
        cellId && kind !== 'run-failed' ? (
          <TextLink
            key="cell"
            to={paths.proofCell}
            params={{ id: cellId }}
            search={kind === 'broken' ? { verdict: 'broken' } : {}}
            inherit
          >
            Evidence
          </TextLink>
        ) : (
          runId && (
            <TextLink key="run" to={paths.proofRun} params={{ id: runId }} inherit>
              The proof
            </TextLink>
          )
        ),
      ]}
      action={
        mayRun &&
        acknowledgedAt === null && (
          <Button variant="default" loading={acknowledge.isPending} onClick={() => acknowledge.mutate({ id })}>
            I look after it
          </Button>
        )
      }
    />
  );
}
