import { Button, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import classes from '#console/drafts/Versions.module.css';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Policy } from '#contract/policies.ts';
import { DocumentDiff } from '../DocumentDiff.tsx';

interface CompareVersionsProps {
  policy: Policy;
  before: number;
  after: number | 'draft';
}

/** Two states of the policy, beside each other or as one text. */
export function CompareVersions({ policy, before, after }: CompareVersionsProps) {
  const { diff } = useSearch({ from: '/shell/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const left = useVersion(policy.id, before);
  const right = useVersion(policy.id, after === 'draft' ? null : after);
  const afterDocument = after === 'draft' ? policy.draft : right.data?.document;
  const failed = [left, right].find(({ error }) => error);
  const labels = { before: `Version ${before}`, after: after === 'draft' ? 'Draft' : `Version ${after}` };
  return (
    <Section
      title={`${labels.before} and ${after === 'draft' ? 'the draft' : labels.after.toLowerCase()}`}
      action={
        <span className={classes.compareActions}>
          <SegmentedControl
            aria-label="How to compare"
            visibleFrom="md"
            size="xs"
            value={diff ?? 'beside'}
            onChange={(next) =>
              void navigate({
                search: (now) => ({ ...now, diff: next === 'unified' ? 'unified' : undefined }),
                replace: true,
              })
            }
            data={[
              { value: 'beside', label: 'Side by side' },
              { value: 'unified', label: 'One text' },
            ]}
          />
          <Button
            size="xs"
            variant="default"
            onClick={() => void navigate({ search: ({ before: _, after: __, ...rest }) => rest })}
          >
            Close
          </Button>
        </span>
      }
    >
      {failed?.error ? (
        <FailureNotice
          what="The versions could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      ) : left.data && afterDocument ? (
        <DocumentDiff
          before={left.data.document}
          after={afterDocument}
          labels={labels}
          isUnified={diff === 'unified'}
        />
      ) : after === 'draft' && !policy.draft ? (
        <p>There is no draft any more.</p>
      ) : (
        <RowSkeletons rows={6} />
      )}
    </Section>
  );
}

const useVersion = (id: string, revision: number | null) =>
  useQuery(
    api.policies.versions.get.queryOptions({
      input: { id, revision: revision ?? 0 },
      enabled: revision !== null,
      retry: false,
      // A published version never changes.
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
