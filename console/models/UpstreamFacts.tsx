import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { Upstream } from '#contract/models.ts';
import { TestSteps } from './TestSteps.tsx';
import { UpstreamDialog } from './UpstreamDialog.tsx';

export function UpstreamFacts({ upstream }: { upstream: z.infer<typeof Upstream> }) {
  const mayWrite = useCan('models.write');
  const [isChanging, setChanging] = useState(false);
  const test = useMutation(api.models.testUpstream.mutationOptions());
  const dialog = isChanging && <UpstreamDialog upstream={upstream} onClose={() => setChanging(false)} />;
  if (upstream.baseUrl === null) {
    return (
      <>
        <EmptyState action={mayWrite && <Button onClick={() => setChanging(true)}>Set the upstream</Button>}>
          No upstream is set: clients can sign in, but every model call is refused.
        </EmptyState>
        {dialog}
      </>
    );
  }
  return (
    <>
      <Facts
        items={[
          ['Address', <code key="address">{upstream.baseUrl}</code>],
          [
            'API key',
            upstream.hasApiKey
              ? /\w/.test(upstream.apiKeyHint ?? '')
                ? `stored, encrypted (${upstream.apiKeyHint})`
                : 'stored, encrypted'
              : 'none',
          ],
          ['Changed', upstream.updatedAt && <RelativeTime key="changed" at={upstream.updatedAt} />],
        ]}
      />
      {mayWrite && (
        <Group gap={8} mt="md">
          <Button variant="default" onClick={() => setChanging(true)}>
            Change upstream
          </Button>
          <Button variant="default" loading={test.isPending} onClick={() => test.mutate({})}>
            Test connection
          </Button>
        </Group>
      )}
      {test.error && <FailureNotice what="The test could not run" error={test.error} />}
      {test.data && <TestSteps result={test.data} />}
      {dialog}
    </>
  );
}
