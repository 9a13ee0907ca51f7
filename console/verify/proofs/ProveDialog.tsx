import { Checkbox, MultiSelect, Radio, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { ProofClient } from '#contract/proofs.ts';
import { estimateProof, sayAbout } from './estimate.ts';
import { type Matrix, type MatrixPolicy, newestFirst } from './say-matrix.ts';

interface ProveDialogProps {
  matrix: Matrix;
  onStarted: (runId: string) => void;
  onClose: () => void;
}

const noPolicy = 'none';
const choiceOf = ({ id }: MatrixPolicy) => id ?? noPolicy;
const labelOf = ({ id, name, revision }: MatrixPolicy) => (id === null ? 'No policy' : `${name}, version ${revision}`);

/** Which policies with which clients, how long that takes, and what it touches: nothing. */
export function ProveDialog({ matrix, onStarted, onClose }: ProveDialogProps) {
  const { policies, cells } = matrix;
  const clients = matrix.clients.toSorted((one, other) => newestFirst(one.version, other.version));
  const installed = clients.filter(({ state }) => state === 'installed');
  const [isAll, setAll] = useState(true);
  const [chosen, setChosen] = useState<string[]>([]);
  const [versions, setVersions] = useState(installed.map(({ version }) => version));
  const wanted = isAll ? policies : policies.filter((policy) => chosen.includes(choiceOf(policy)));
  const start = useMutation(
    api.proofs.start.mutationOptions({
      onSuccess: ({ run }) => {
        showDone(`Proof ${run.number} has begun. It goes on when you leave this page.`);
        onStarted(run.id);
      },
    }),
  );
  const asked = { policyIds: wanted.map(({ id }) => id), clientVersions: versions };
  return (
    <ConfirmDialog
      isOpen
      size="lg"
      title="Prove with the stock client"
      confirmLabel="Start proof"
      isBusy={start.isPending}
      isReady={wanted.length > 0 && versions.length > 0}
      onClose={onClose}
      onConfirm={() =>
        start.mutate({
          ...(!isAll && { policies: asked.policyIds.map((policyId) => ({ policyId })) }),
          clientVersions: versions,
        })
      }
    >
      {start.error && <FailureNotice what="No proof was started" error={start.error} />}
      <Radio.Group label="Policies" value={isAll ? 'all' : 'some'} onChange={(value) => setAll(value === 'all')}>
        <Stack gap={8} mt={4}>
          <Radio value="all" label={`Everything that is published (${policies.length})`} />
          <Radio value="some" label="Some of them" />
        </Stack>
      </Radio.Group>
      {!isAll && (
        <MultiSelect
          aria-label="Policies to prove"
          placeholder={chosen.length === 0 ? 'Choose policies' : ''}
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'Choose none' }}
          nothingFoundMessage="No policy of that name is published"
          data={policies.map((policy) => ({ value: choiceOf(policy), label: labelOf(policy) }))}
          value={chosen}
          onChange={setChosen}
        />
      )}
      <Checkbox.Group label="Clients" value={versions} onChange={setVersions}>
        <Stack gap={8} mt={4}>
          {clients.map((client) => (
            <ClientChoice key={client.version} client={client} />
          ))}
        </Stack>
      </Checkbox.Group>
      <Text>
        Reeve makes up a member in a workspace of its own, gives it the policy, signs the real client in and tries to
        get around every constraint. A scripted model answers, so nothing is paid for. Afterwards that workspace is
        deleted; nothing of yours changes.
      </Text>
      <HowLong count={wanted.length * versions.length} cells={cells} asked={asked} />
    </ConfirmDialog>
  );
}

const ClientChoice = ({ client: { version, state } }: { client: ProofClient }) => (
  <Checkbox
    value={version}
    label={version}
    disabled={state !== 'installed'}
    {...(state !== 'installed' && {
      description: state === 'installing' ? 'Being installed.' : 'Not installed on this server.',
    })}
  />
);

interface HowLongProps {
  count: number;
  cells: Matrix['cells'];
  asked: Parameters<typeof estimateProof>[1];
}

function HowLong({ count, cells, asked }: HowLongProps) {
  if (count === 0) return <Text c="dimmed">Choose at least one policy and one client.</Text>;
  const estimate = estimateProof(cells, asked);
  return (
    <Text fw={600}>
      {countOf(count, 'combination')}
      {estimate
        ? `, some ${countOf(estimate.attempts, 'attempt')}: ${sayAbout(estimate.durationMs)}, as earlier proofs took here.`
        : '. How long it takes is not known before the first proof on this server has ended; the progress is shown.'}
    </Text>
  );
}
