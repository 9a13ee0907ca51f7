import { Select, SimpleGrid } from '@mantine/core';
import type { Environment } from '#contract/environments.ts';
import { BranchPicker } from './BranchPicker.tsx';
import type { TaskDraft } from './use-task-draft.ts';

interface WhereFieldsProps {
  environments: Environment[];
  environment: Environment | undefined;
  draft: TaskDraft;
  errors: Record<string, string>;
  onEdit: (part: Partial<TaskDraft>) => void;
}

const repositoryStates = { connected: '', suspended: ' (suspended)', removed: ' (removed)' };

/** Pinned ones first, as on their own page. */
const byPin = (environments: Environment[]) =>
  environments.toSorted((a, b) => Number(b.isPinned) - Number(a.isPinned) || a.label.localeCompare(b.label));

export function WhereFields({ environments, environment, draft, errors, onEdit }: WhereFieldsProps) {
  const repository =
    environment?.repositories.find(({ id }) => id === draft.repositoryId) ?? environment?.repositories[0];
  const hasChoice = (environment?.repositories.length ?? 0) > 1;
  return (
    <SimpleGrid cols={{ base: 1, sm: hasChoice ? 3 : 2 }} spacing="md" style={{ alignItems: 'end' }}>
      <Select
        label="Environment"
        description={hasChoice ? 'What the container has.' : (repository?.name ?? 'What the container has.')}
        placeholder="Choose one"
        searchable
        allowDeselect={false}
        nothingFoundMessage="No such environment"
        value={environment?.id ?? null}
        error={errors.environmentId}
        data={byPin(environments).map(({ id, label }) => ({ value: id, label }))}
        onChange={(environmentId) => onEdit({ environmentId, repositoryId: null, branch: '' })}
      />
      {hasChoice && environment && (
        <Select
          label="Repository"
          description="What the task works on."
          allowDeselect={false}
          value={repository?.id ?? null}
          error={errors.repositoryId}
          data={environment.repositories.map(({ id, name, state }) => ({
            value: id,
            label: `${name}${repositoryStates[state]}`,
            disabled: state !== 'connected',
          }))}
          onChange={(repositoryId) => onEdit({ repositoryId, branch: '' })}
        />
      )}
      {repository && (
        <BranchPicker
          repositoryId={repository.id}
          defaultBranch={repository.defaultBranch}
          value={draft.branch}
          error={errors.branch}
          onChange={(branch) => onEdit({ branch })}
        />
      )}
    </SimpleGrid>
  );
}
