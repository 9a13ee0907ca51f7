import { Stack } from '@mantine/core';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import { FileDiffs } from '../files/FileDiffs.tsx';
import { FindingList } from '../files/FindingList.tsx';
import classes from '../TeamConfig.module.css';
import { changesBetween } from '../working-files.ts';
import type { PublicationCheck } from './use-publication-check.ts';
import { WhoGetsIt } from './WhoGetsIt.tsx';

interface PublicationReviewProps {
  details: BundleDetails;
  check: PublicationCheck;
}

/** Everything to know before a draft becomes a version: what stops it, who gets it, what changes, what the check says. */
export function PublicationReview({ details, check }: PublicationReviewProps) {
  const newest = details.bundle.newest?.number;
  const changes = changesBetween(details.files, details.draft ?? []);
  return (
    <Stack gap="lg">
      {check.isCurrent && !check.isClear && (
        <Notice tone="bad" title="It cannot be published now">
          <p>The files hold errors; clients would not take them as they are. Put them right in the draft first.</p>
        </Notice>
      )}
      <WhoGetsIt details={details} />
      <section aria-labelledby="publication-findings">
        <h3 id="publication-findings" className={classes.subtitle}>
          What the check says
        </h3>
        {check.error ? (
          <FailureNotice what="The files could not be checked" error={check.error} />
        ) : (
          <FindingList check={check} />
        )}
      </section>
      <section aria-labelledby="publication-changes">
        <h3 id="publication-changes" className={classes.subtitle}>
          {newest === undefined ? 'What is in it' : `What changes since version ${newest}`}
        </h3>
        <FileDiffs changes={changes} labels={{ before: `Version ${newest ?? 0}`, after: 'Draft' }} isUnified />
      </section>
    </Stack>
  );
}
