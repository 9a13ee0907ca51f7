import { Button, SegmentedControl } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import { FileDiffs } from '../files/FileDiffs.tsx';
import classes from '../TeamConfig.module.css';
import { changesBetween } from '../working-files.ts';
import { useVersion } from './use-version.ts';

interface CompareVersionsProps {
  details: BundleDetails;
  before: number;
  after: number | 'draft';
}

/** Two states of the bundle, file by file. */
export function CompareVersions({ details, before, after }: CompareVersionsProps) {
  const navigate = useNavigate({ from: '/team-config/$id' });
  const [isUnified, setUnified] = useState(false);
  const left = useVersion(details.bundle.id, before);
  const right = useVersion(details.bundle.id, after === 'draft' ? null : after);
  const files = after === 'draft' ? details.draft : right.data?.files;
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
            value={isUnified ? 'unified' : 'beside'}
            onChange={(next) => setUnified(next === 'unified')}
            data={[
              { value: 'beside', label: 'Side by side' },
              { value: 'unified', label: 'One text' },
            ]}
          />
          <Button
            size="xs"
            variant="default"
            onClick={() => void navigate({ search: ({ version: _, against: __, ...rest }) => rest })}
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
      ) : left.data && files ? (
        <FileDiffs changes={changesBetween(left.data.files, files)} labels={labels} isUnified={isUnified} />
      ) : after === 'draft' && !details.draft ? (
        <p>There is no draft any more.</p>
      ) : (
        <RowSkeletons rows={6} />
      )}
    </Section>
  );
}
