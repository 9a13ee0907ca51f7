import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { useSession } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { DeviceRequest } from '#contract/identity.ts';

interface DeviceDecisionProps {
  request: z.infer<typeof DeviceRequest>;
  onOther: () => void;
}

/** Who asks, from where, and the two answers. */
export function DeviceDecision({ request, onOther }: DeviceDecisionProps) {
  const { member, workspace } = useSession();
  const input = { userCode: request.userCode };
  const approve = useMutation(api.identity.approveDevice.mutationOptions());
  const deny = useMutation(api.identity.denyDevice.mutationOptions());
  if (approve.isSuccess || request.status === 'approved') {
    return (
      <PlainPage title="Signed in">
        <Notice tone="ok">
          <p>The client now works as {member.email}. Go back to your terminal; you can close this page.</p>
        </Notice>
      </PlainPage>
    );
  }
  if (deny.isSuccess || request.status === 'denied') {
    return (
      <PlainPage title="Refused">
        <Stack gap="md">
          <Notice tone="ok">
            <p>The client was not signed in. Its code no longer works.</p>
          </Notice>
          <Button variant="default" onClick={onOther}>
            Enter another code
          </Button>
        </Stack>
      </PlainPage>
    );
  }
  const error = approve.error ?? deny.error;
  return (
    <PlainPage title="Sign in this client?" description={`It will work as you, ${member.email}, in ${workspace.name}.`}>
      <Stack gap="md">
        {error && <FailureNotice what="Nothing was decided" error={error} />}
        <Facts
          items={[
            ['Code', <code key="code">{request.userCode}</code>],
            ['Client', request.client],
            ['Asks from', request.ip ?? 'an unknown address'],
            ['Asked', <RelativeTime key="asked" at={request.requestedAt} />],
            ['Code ends', <RelativeTime key="ends" at={request.expiresAt} />],
          ]}
        />
        <Notice tone="warn">
          <p>Approve only if the same code stands in a terminal in front of you.</p>
        </Notice>
        <Group gap={8} grow>
          <Button variant="default" loading={deny.isPending} onClick={() => deny.mutate(input)}>
            Deny
          </Button>
          <Button loading={approve.isPending} onClick={() => approve.mutate(input)}>
            Sign in the client
          </Button>
        </Group>
      </Stack>
    </PlainPage>
  );
}
