import { Button, Group } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { Entry } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { EmailDomain } from '#contract/sso.ts';
import { DnsRecord } from './DnsRecord.tsx';

interface DomainEntryProps {
  domain: EmailDomain;
  connectionName: string | null;
  onRemove: () => void;
}

export function DomainEntry({ domain, connectionName, onRemove }: DomainEntryProps) {
  const mayWrite = useCan('sign-in.write');
  const isPending = domain.status === 'pending';
  const check = useMutation(
    api.sso.domains.check.mutationOptions({
      onSuccess: ({ status, domain: name, lastCheck }) =>
        status === 'verified' ? showDone(`${name} is verified.`) : showDone(lastCheck ?? `${name} has no record yet.`),
      onError: (error) => showFailure(`${domain.domain} was not checked`, error),
    }),
  );
  return (
    <Entry
      title={domain.domain}
      badge={<StatusBadge tone={isPending ? 'warn' : 'ok'}>{isPending ? 'Not verified yet' : 'Verified'}</StatusBadge>}
      facts={[
        !isPending && (connectionName ? `signs in with ${connectionName}` : 'no connection uses it'),
        domain.lastCheckedAt ? (
          <span key="checked">
            checked <RelativeTime at={domain.lastCheckedAt} />
            {domain.lastCheck && `: ${domain.lastCheck}`}
          </span>
        ) : (
          'not checked yet'
        ),
      ]}
      action={
        mayWrite && (
          <Group gap={8} wrap="nowrap">
            <Button
              variant="default"
              size="xs"
              loading={check.isPending}
              aria-label={`Check now: ${domain.domain}`}
              onClick={() => check.mutate({ id: domain.id })}
            >
              Check now
            </Button>
            <Button variant="default" size="xs" aria-label={`Remove: ${domain.domain}`} onClick={onRemove}>
              Remove
            </Button>
          </Group>
        )
      }
    >
      {isPending && <DnsRecord domain={domain} />}
    </Entry>
  );
}
