import { Box, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { ProofsSearch } from '#console/page-search.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { VerifyTabs } from '../VerifyTabs.tsx';
import { MatrixTab } from './MatrixTab.tsx';
import { ProofAlerts } from './ProofAlerts.tsx';
import { ProofHistory } from './ProofHistory.tsx';
import { ProveDialog } from './ProveDialog.tsx';
import { ReasonedButton } from './ReasonedButton.tsx';
import { RunProgress } from './RunProgress.tsx';
import { whyNotProve } from './why-not-prove.ts';

const whileBusyMs = 3_000;
const otherwiseMs = 15_000;

const parts = [
  { value: 'matrix', label: 'Matrix' },
  { value: 'runs', label: 'History' },
  { value: 'alerts', label: 'Alerts' },
];

/** Does the stock client keep what our policies say? */
export function ProofsPage() {
  const { tab = 'matrix' } = useSearch({ from: '/shell/verify/proofs' });
  const navigate = useNavigate({ from: '/verify/proofs' });
  const mayRun = useCan('verify.run');
  const [isPaused, setPaused] = useState(false);
  const [isProving, setProving] = useState(false);
  const [followed, setFollowed] = useState<string | null>(null);
  const matrix = useQuery(
    api.proofs.matrix.queryOptions({
      refetchInterval: ({ state: { data } }) => {
        if (isPaused) return false;
        const isBusy = data?.running || data?.clients.some(({ state }) => state === 'installing');
        return isBusy ? whileBusyMs : otherwiseMs;
      },
    }),
  );
  const running = matrix.data?.running?.id ?? null;
  // Adjusted during rendering, as React asks for state that follows props: a run stays in sight after its end.
  if (running !== null && followed !== running) setFollowed(running);
  const prove = mayRun && (
    <ReasonedButton reason={matrix.data ? whyNotProve(matrix.data) : null} onClick={() => setProving(true)}>
      Prove now
    </ReasonedButton>
  );
  return (
    <Page
      isWide
      title="Enforcement proof"
      description="Does the stock client keep what our policies say? Reeve tries to get around them with the real program and keeps what happened as evidence."
      action={prove}
    >
      <VerifyTabs />
      {matrix.data?.cannotRun && (
        <Box mb="lg">
          <Notice tone="warn" title="This server cannot start the stock client">
            <p>
              <Sentence text={matrix.data.cannotRun} />
            </p>
          </Notice>
        </Box>
      )}
      {followed !== null && <RunProgress key={followed} runId={followed} onDismiss={() => setFollowed(null)} />}
      <SegmentedControl
        mb="lg"
        aria-label="Part of the proofs"
        value={tab}
        data={parts}
        onChange={(value) => void navigate({ search: ProofsSearch.parse({ tab: value }), replace: true })}
      />
      {tab === 'matrix' && (
        <Loaded query={matrix} what="The proofs could not be loaded">
          {(data) => (
            <MatrixTab
              matrix={data}
              prove={prove}
              live={{ updatedAt: matrix.dataUpdatedAt, isPaused, onPausedChange: setPaused }}
            />
          )}
        </Loaded>
      )}
      {tab === 'runs' && <ProofHistory prove={prove} />}
      {tab === 'alerts' && <ProofAlerts />}
      {isProving && matrix.data && (
        <ProveDialog
          matrix={matrix.data}
          onClose={() => setProving(false)}
          onStarted={(id) => {
            setFollowed(id);
            setProving(false);
          }}
        />
      )}
    </Page>
  );
}
