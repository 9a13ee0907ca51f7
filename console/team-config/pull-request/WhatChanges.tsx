import { Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showDone } from '#console/shell/show-result.ts';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { BundlePlace, BundlePullRequest } from '#contract/team-config-pull-requests.ts';
import { FileDiffs } from '../files/FileDiffs.tsx';
import type { FileChange } from '../working-files.ts';
import { GitFailure } from './GitFailure.tsx';

interface WhatChangesProps {
  bundle: Bundle;
  place: BundlePlace;
  branch: string;
  onClose: () => void;
}

const kindOf = ({ before, after }: Pick<FileChange, 'before' | 'after'>): FileChange['kind'] =>
  before === null ? 'added' : after === null ? 'removed' : 'changed';

const sayBrought = ({ number, branch }: BundlePullRequest, wasThere: boolean): string =>
  number === null ? `${branch} was pushed.` : `Pull request ${number} is ${wasThere ? 'up to date' : 'open'}.`;

/** The files as they are in the branch and as they would be, before anything is sent. */
export function WhatChanges({ bundle, place, branch, onClose }: WhatChangesProps) {
  const [title, setTitle] = useState('');
  const [isDraft, setDraft] = useState(false);
  const queries = useQueryClient();
  const target = { id: bundle.id, repositoryId: place.id, branch };
  const preview = useQuery(
    api.teamConfig.previewPullRequest.queryOptions({
      input: target,
      retry: false,
      gcTime: 0,
      refetchOnWindowFocus: false,
    }),
  );
  const bring = useMutation(
    api.teamConfig.openPullRequest.mutationOptions({
      onSuccess: (pullRequest) => {
        void queries.invalidateQueries({ queryKey: api.teamConfig.pullRequests.key() });
        showDone(sayBrought(pullRequest, preview.data?.existing != null));
        onClose();
      },
    }),
  );
  if (preview.error)
    return (
      <GitFailure
        what="What would change could not be found out"
        error={preview.error}
        onRetry={() => void preview.refetch()}
      />
    );
  if (!preview.data)
    return (
      <>
        <Text role="status" c="dimmed">
          Comparing with {branch} of {place.name}…
        </Text>
        <RowSkeletons rows={4} />
      </>
    );
  const { changes, version, commit, existing } = preview.data;
  if (changes.length === 0)
    return (
      <EmptyState>
        {branch} of {place.name} has version {version} of this bundle already: nothing would change.
      </EmptyState>
    );
  const usual = `Team Config: ${bundle.name}, version ${version}`;
  const send = () =>
    bring.mutate({ ...target, version, commit, isDraft, ...(title.trim() !== '' && { title: title.trim() }) });
  return (
    <Stack gap="md">
      <Text>
        Version {version} changes {countOf(changes.length, 'file')} in {branch} of <b>{place.name}</b>. You are the
        author, and the rules of the repository hold.
        {existing !== null &&
          existing.number !== null &&
          ` Pull request ${existing.number} is brought up to date; its title and text are replaced.`}
        {!place.hasPullRequests && ' This server has no pull requests that Reeve can open: a branch is pushed.'}
      </Text>
      <FileDiffs
        changes={changes.map((change) => ({ ...change, kind: kindOf(change) }))}
        labels={{ before: branch, after: `Version ${version}` }}
        isUnified
      />
      {place.hasPullRequests && (
        <TextInput
          label="Title"
          placeholder={usual}
          maxLength={250}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
      )}
      {place.hasPullRequests && existing === null && (
        <Checkbox label="As a draft" checked={isDraft} onChange={(event) => setDraft(event.currentTarget.checked)} />
      )}
      {bring.error && <GitFailure what="Nothing was brought there" error={bring.error} />}
      <Group justify="flex-end" gap={8}>
        <Button variant="default" onClick={onClose} disabled={bring.isPending}>
          Cancel
        </Button>
        <Button loading={bring.isPending} onClick={send}>
          {!place.hasPullRequests ? 'Push the branch' : existing ? 'Update the pull request' : 'Open the pull request'}
        </Button>
      </Group>
    </Stack>
  );
}
