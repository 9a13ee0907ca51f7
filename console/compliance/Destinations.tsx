import { Button, Group } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { type Destination, destinationKinds, pushedTypes } from '#contract/compliance-destinations.ts';
import { DeleteDestination } from './DeleteDestination.tsx';
import { DestinationForm } from './DestinationForm.tsx';
import { DestinationState } from './DestinationState.tsx';
import { RotateDestinationSecret } from './RotateDestinationSecret.tsx';

type Open = { what: 'add' } | { what: 'edit' | 'rotate' | 'delete'; destination: Destination } | null;

/** Where records are pushed to, and how that goes. */
export function Destinations() {
  const mayManage = useCan('compliance.write');
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const destinations = useQuery(api.compliance.listDestinations.queryOptions({ refetchInterval: 10_000 }));
  const add = mayManage && <Button onClick={() => setOpen({ what: 'add' })}>Add destination</Button>;
  return (
    <>
      <Loaded query={destinations} what="The destinations could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={add}>
              Places that get every record within seconds appear here: a SIEM by syslog, a webhook, an OpenTelemetry
              collector.
            </EmptyState>
          ) : (
            <>
              <Group justify="flex-end" mb="md">
                {add}
              </Group>
              <EntryList label="Destinations">
                {items.map((destination) => (
                  <DestinationEntry
                    key={destination.id}
                    destination={destination}
                    mayManage={mayManage}
                    onOpen={(what) => setOpen({ what, destination })}
                  />
                ))}
              </EntryList>
            </>
          )
        }
      </Loaded>
      {open?.what === 'add' && <DestinationForm onClose={close} />}
      {open?.what === 'edit' && <DestinationForm destination={open.destination} onClose={close} />}
      {open?.what === 'rotate' && <RotateDestinationSecret destination={open.destination} onClose={close} />}
      {open?.what === 'delete' && <DeleteDestination destination={open.destination} onClose={close} />}
    </>
  );
}

interface DestinationEntryProps {
  destination: Destination;
  mayManage: boolean;
  onOpen: (what: 'edit' | 'rotate' | 'delete') => void;
}

function DestinationEntry({ destination, mayManage, onOpen }: DestinationEntryProps) {
  const { kind, name, address, eventTypes, withContent, state, delivered, lastDeliveredAt, backlog, waitingSince } =
    destination;
  return (
    <Entry
      title={name}
      badge={<DestinationState state={state} />}
      facts={[
        `${destinationKinds[kind].label}: ${address}`,
        `${eventTypes.map((type) => pushedTypes[type].label).join(', ')}, ${withContent ? 'with content' : 'without content'}`,
        `${formatCount(delivered)} delivered`,
        lastDeliveredAt && (
          <>
            last <RelativeTime at={lastDeliveredAt} />
          </>
        ),
        backlog > 0 && (
          <>
            {countOf(backlog, 'record waits', 'records wait')}
            {waitingSince && (
              <>
                , the oldest from <RelativeTime at={waitingSince} />
              </>
            )}
          </>
        ),
      ]}
    >
      <Problem destination={destination} />
      {mayManage && <Actions destination={destination} onOpen={onOpen} />}
    </Entry>
  );
}

function Problem({ destination: { state, lastError, failingSince, triesAgainAt } }: { destination: Destination }) {
  if (lastError === null || state === 'off') return null;
  return (
    <Notice tone={state === 'failing' ? 'bad' : 'warn'} title={lastError}>
      <p>
        {state === 'failing' && failingSince ? (
          <>
            It began <RelativeTime at={failingSince} />. Nothing is lost: what waits is sent in order once it works
            {triesAgainAt && (
              <>
                , tried again <RelativeTime at={triesAgainAt} />
              </>
            )}
            .
          </>
        ) : (
          'What came after was taken.'
        )}
      </p>
    </Notice>
  );
}

function Actions({ destination, onOpen }: Omit<DestinationEntryProps, 'mayManage'>) {
  const { id, name, kind, state } = destination;
  const test = useMutation(
    api.compliance.testDestination.mutationOptions({
      onSuccess: ({ isDelivered, problem, tookMs }) =>
        isDelivered
          ? showDone(`${name} took a test record in ${tookMs} ms.`)
          : showFailure(`${name} did not take the test record`, new Error(problem ?? '')),
      onError: (error) => showFailure('The test was not sent', error),
    }),
  );
  const turn = useMutation(
    api.compliance.updateDestination.mutationOptions({
      onSuccess: ({ state: now }) => showDone(now === 'off' ? `${name} is off. What comes waits.` : `${name} is on.`),
      onError: (error) => showFailure(`${name} was not changed`, error),
    }),
  );
  return (
    <Group gap={8} mt={8}>
      <Button variant="default" size="compact-sm" loading={test.isPending} onClick={() => test.mutate({ id })}>
        Send a test
      </Button>
      <Button variant="default" size="compact-sm" onClick={() => onOpen('edit')}>
        Change
      </Button>
      {kind === 'webhook' && (
        <Button variant="default" size="compact-sm" onClick={() => onOpen('rotate')}>
          Rotate secret
        </Button>
      )}
      <Button
        variant="default"
        size="compact-sm"
        loading={turn.isPending}
        onClick={() => turn.mutate({ id, isEnabled: state === 'off' })}
      >
        {state === 'off' ? 'Turn on' : 'Turn off'}
      </Button>
      <Button variant="subtle" color="red" size="compact-sm" onClick={() => onOpen('delete')}>
        Delete
      </Button>
    </Group>
  );
}
