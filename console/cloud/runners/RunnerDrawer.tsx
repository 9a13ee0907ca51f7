import { Button, Drawer, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { HistoryLink } from '#console/audit/HistoryLink.tsx';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Runner } from '#contract/runners.ts';
import { ChangeLabels } from './ChangeLabels.tsx';
import { Labels } from './Labels.tsx';
import { RemoveRunner } from './RemoveRunner.tsx';
import { driverNames, lookOf, sayDriver } from './runner-words.ts';

interface RunnerDrawerProps {
  runner: Runner | undefined;
  onClose: () => void;
}

/** Everything about one runner, beside the list. */
export function RunnerDrawer({ runner, onClose }: RunnerDrawerProps) {
  const [asked, setAsked] = useState<'labels' | 'remove' | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <Drawer
        opened={runner !== undefined}
        onClose={onClose}
        closeOnEscape={asked === null}
        position="right"
        size="lg"
        title={runner?.name ?? 'Runner'}
      >
        {runner && (
          <Stack gap="md">
            <State runner={runner} />
            <RunnerFacts runner={runner} />
            <Group gap={8}>
              <Drain runner={runner} />
              <Button variant="default" onClick={() => setAsked('labels')}>
                Change labels
              </Button>
              <Button variant="outline" color="red" onClick={() => setAsked('remove')}>
                Remove
              </Button>
              <HistoryLink of={{ subjectId: runner.id }} />
            </Group>
          </Stack>
        )}
      </Drawer>
      {runner && asked === 'labels' && <ChangeLabels runner={runner} onClose={close} />}
      {runner && asked === 'remove' && (
        <RemoveRunner
          runner={runner}
          onClose={close}
          onRemoved={() => {
            close();
            onClose();
          }}
        />
      )}
    </>
  );
}

function State({ runner: { state, problem, seenAt } }: { runner: Runner }) {
  if (state === 'lost')
    return (
      <Notice tone="bad" title="Nothing is heard of it">
        <p>
          It was last heard <RelativeTime at={seenAt} />. What it ran was put back and runs elsewhere. Look at the
          machine: is <code>reeve run</code> running, does it reach this address?
        </p>
      </Notice>
    );
  if (problem !== null)
    return (
      <Notice tone="warn" title="It reports a problem">
        <p>{problem}</p>
      </Notice>
    );
  if (state === 'draining')
    return (
      <Notice tone="info" title="It is being drained">
        <p>It finishes what it runs and gets nothing new.</p>
      </Notice>
    );
  return null;
}

function Drain({ runner: { id, name, state } }: { runner: Runner }) {
  const isDraining = state === 'draining';
  const drain = useMutation(
    api.runners.drain.mutationOptions({
      onSuccess: () => showDone(isDraining ? `${name} gets new tasks again.` : `${name} gets no new tasks.`),
      onError: (error) => showFailure('Nothing was changed', error),
    }),
  );
  return (
    <Button variant="default" loading={drain.isPending} onClick={() => drain.mutate({ id, isDraining: !isDraining })}>
      {isDraining ? 'Give it tasks again' : 'Drain'}
    </Button>
  );
}

function RunnerFacts({ runner }: { runner: Runner }) {
  const look = lookOf(runner);
  const { running, capacity, drivers, labels, version, protocol, address, registeredAt, seenAt } = runner;
  return (
    <Facts
      items={[
        [
          'State',
          <StatusBadge key="state" tone={look.tone}>
            {look.word}
          </StatusBadge>,
        ],
        ['Load', `${running} of ${capacity} busy`],
        [
          'Runs tasks in',
          <ul key="drivers" style={{ margin: 0, paddingInlineStart: 16 }}>
            {drivers.map((driver) => (
              <li key={driver.kind}>
                {driverNames[driver.kind]}, {sayDriver(driver)}
              </li>
            ))}
          </ul>,
        ],
        [
          'It does not enforce',
          drivers.every(({ weaknesses }) => weaknesses.length === 0) ? null : (
            <ul key="weak" style={{ margin: 0, paddingInlineStart: 16 }}>
              {drivers.flatMap(({ kind, weaknesses }) =>
                weaknesses.map((weakness) => (
                  <li key={`${kind} ${weakness}`}>
                    <Sentence text={weakness} />
                  </li>
                )),
              )}
            </ul>
          ),
        ],
        ['Labels', labels.length === 0 ? 'none' : <Labels key="labels" labels={labels} />],
        ['Address', address === null ? null : <code key="address">{address}</code>],
        ['Version', `${version}, protocol ${protocol}`],
        ['Registered', <RelativeTime key="registered" at={registeredAt} />],
        ['Seen', <RelativeTime key="seen" at={seenAt} />],
      ]}
    />
  );
}
