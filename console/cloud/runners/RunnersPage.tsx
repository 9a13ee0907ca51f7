import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { AddRunner } from './AddRunner.tsx';
import { QueueFigures } from './QueueFigures.tsx';
import { RunnerDrawer } from './RunnerDrawer.tsx';
import { RunnerTable } from './RunnerTable.tsx';
import { WaitingTokens } from './WaitingTokens.tsx';

const everyMs = 5_000;

/** The machines that run hosted tasks, and what waits for them. */
export function RunnersPage() {
  const mayManage = useCan('runners.write');
  const [isAdding, setAdding] = useState(false);
  const [openId, setOpenId] = useState<string | null>(null);
  const runners = useQuery(api.runners.list.queryOptions({ enabled: mayManage, refetchInterval: everyMs }));
  const add = (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Add a runner
    </Button>
  );
  return (
    <Page
      isWide
      title="Runners"
      description="Machines that run hosted tasks. Each asks Reeve for work; Reeve never calls them."
      action={mayManage && add}
    >
      {!mayManage ? (
        <Notice tone="info" title="Your roles do not include runners">
          <p>Ask a workspace owner.</p>
        </Notice>
      ) : (
        <Loaded query={runners} what="The runners could not be loaded" skeleton={<RowSkeletons rows={3} />}>
          {({ items, tokens, queue, embeddedProblem }) => (
            <>
              {embeddedProblem !== null && (
                <Notice tone="warning" title="This server cannot run tasks itself">
                  <p>{embeddedProblem}</p>
                </Notice>
              )}
              {(items.length > 0 || queue.queued > 0) && <QueueFigures queue={queue} runners={items} />}
              {items.length === 0 ? (
                <EmptyState action={add}>
                  No machine runs hosted tasks yet, so every task waits. Any Linux machine with Docker or Podman can.
                </EmptyState>
              ) : (
                <RunnerTable runners={items} openId={openId} onOpen={setOpenId} />
              )}
              <WaitingTokens tokens={tokens} />
              <RunnerDrawer runner={items.find(({ id }) => id === openId)} onClose={() => setOpenId(null)} />
              {isAdding && <AddRunner runners={items} onClose={() => setAdding(false)} />}
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}
