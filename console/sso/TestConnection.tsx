import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Connection } from '#contract/sso.ts';
import { hasCredentials } from './next-step.ts';
import { TestOutcome } from './TestOutcome.tsx';

interface TestConnectionProps {
  connection: Connection;
  /** Its number among the steps, while they are numbered. */
  position: number | null;
}

/** Goes through a whole sign-in with one's own account and comes back here; nobody is changed by it. */
export function TestConnection({ connection, position }: TestConnectionProps) {
  const { tested } = useSearch({ from: '/shell/single-sign-on/$id' });
  const mayWrite = useCan('sign-in.write');
  const result = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tested) result.current?.scrollIntoView({ block: 'nearest' });
  }, [tested]);
  const start = useMutation(
    api.sso.connections.startTest.mutationOptions({
      meta: { leavesPage: true },
      onSuccess: ({ redirectTo }) => location.assign(redirectTo),
    }),
  );
  const isReady = hasCredentials(connection);
  const button = mayWrite && (
    <Button
      variant={connection.lastTest?.outcome === 'works' ? 'default' : 'filled'}
      disabled={!isReady}
      loading={start.isPending || start.isSuccess}
      onClick={() => start.mutate({ id: connection.id })}
    >
      Test with my account
    </Button>
  );
  return (
    <Section
      title={position === null ? 'Test' : `${position}. Test`}
      description="You sign in at the provider with your own account and come back here, to see what it says about you and what would become of it. Nobody is changed."
      action={connection.lastTest && button}
    >
      {start.error && <FailureNotice what="The test could not begin" error={start.error} />}
      <div ref={result}>
        {connection.lastTest ? (
          <TestOutcome result={connection.lastTest} />
        ) : (
          <EmptyState action={button}>
            {isReady
              ? 'It was never tested. It can be enabled after a test that works.'
              : 'Save what the provider gave you first.'}
          </EmptyState>
        )}
      </div>
    </Section>
  );
}
