import { Group, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { BundlePlace, BundlePullRequest } from '#contract/team-config-pull-requests.ts';
import classes from '../TeamConfig.module.css';
import { GitFailure } from './GitFailure.tsx';
import { KnownPullRequest } from './KnownPullRequest.tsx';
import { WhatChanges } from './WhatChanges.tsx';

interface BringFormProps {
  bundle: Bundle;
  places: BundlePlace[];
  known: BundlePullRequest[];
  repositoryId: string;
  onRepository: (id: string) => void;
  onClose: () => void;
}

export function BringForm({ bundle, places, known, repositoryId, onRepository, onClose }: BringFormProps) {
  const place = places.find(({ id }) => id === repositoryId);
  const existing = known.find((one) => one.repositoryId === place?.id);
  const isOpen = existing?.state === 'open' && existing.number !== null;
  const [chosen, setChosen] = useState<{ repositoryId: string; branch: string } | null>(null);
  const [search, setSearch] = useState('');
  const branches = useQuery(
    api.teamConfig.pullRequestBranches.queryOptions({
      input: { repositoryId: place?.id ?? '', ...(search && { search }) },
      enabled: place !== undefined && !isOpen,
      placeholderData: (before) => before,
      retry: false,
    }),
  );
  const branch = isOpen
    ? existing.base
    : chosen?.repositoryId === place?.id
      ? (chosen?.branch ?? '')
      : (place?.defaultBranch ?? '');
  const names = [...new Set([branch, ...(branches.data?.items.map(({ name }) => name) ?? [])])].filter(Boolean);
  return (
    <>
      <Group grow align="flex-start" preventGrowOverflow={false}>
        <Select
          label="Repository"
          placeholder="Choose one"
          searchable
          allowDeselect={false}
          miw={220}
          data={places.map(({ id, name, host }) => ({ value: id, label: `${name} (${host})` }))}
          value={place?.id ?? null}
          onChange={(id) => id && onRepository(id)}
        />
        <Select
          label="Into the branch"
          description={isOpen ? 'Of the open pull request.' : undefined}
          searchable
          allowDeselect={false}
          miw={160}
          disabled={place === undefined || isOpen}
          data={names}
          value={branch === '' ? null : branch}
          onSearchChange={(text) => setSearch(names.includes(text) ? '' : text)}
          onChange={(name) => place && name && setChosen({ repositoryId: place.id, branch: name })}
          nothingFoundMessage={branches.isFetching ? 'Asking the git server…' : 'No such branch'}
        />
      </Group>
      {existing && <KnownPullRequest pullRequest={existing} />}
      {!place && <p className={classes.quiet}>What would change there is shown before anything is sent.</p>}
      {place &&
        (branches.error ? (
          <GitFailure
            error={branches.error}
            what="The branches could not be read"
            onRetry={() => void branches.refetch()}
          />
        ) : (
          <WhatChanges key={`${place.id} ${branch}`} bundle={bundle} place={place} branch={branch} onClose={onClose} />
        ))}
    </>
  );
}
