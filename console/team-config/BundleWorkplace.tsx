import { Group } from '@mantine/core';
import { useBlocker, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { SaveBar } from '#console/drafts/SaveBar.tsx';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { BundleMenu } from './BundleMenu.tsx';
import { BundleSummaryLine } from './BundleSummaryLine.tsx';
import { BundleTabs } from './BundleTabs.tsx';
import type { BundleDetails } from './bundle-details.ts';
import { DraftNotice } from './DraftNotice.tsx';
import { GetIt } from './get-it/GetIt.tsx';
import { PublishDialog } from './publication/PublishDialog.tsx';
import { ReviewBanner } from './publication/ReviewBanner.tsx';
import { ReviewButton } from './publication/ReviewButton.tsx';
import classes from './TeamConfig.module.css';
import { useBundleCheck } from './use-bundle-check.ts';
import { useBundleDraft } from './use-bundle-draft.ts';
import { useBundleLock } from './use-bundle-lock.ts';

/** One bundle: what is written, checked, published, subscribed to and kept of it, and how to get it. */
export function BundleWorkplace({ details }: { details: BundleDetails }) {
  const { bundle } = details;
  const { review, under } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const lock = useBundleLock();
  const draft = useBundleDraft(details);
  const check = useBundleCheck(draft.files, under);
  const [isReviewing, setReviewing] = useState(false);
  const isReadOnly = lock.writing !== null;
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: () => draft.isChanged, disabled: !draft.isChanged });
  const save = () =>
    void draft.save().then(
      () => showDone('The draft is saved. Nobody gets it until it is published.'),
      () => undefined,
    );
  const askForReview = () => {
    setReviewing(true);
    void draft
      .save()
      .then(
        () => navigate({ search: (now) => ({ ...now, review: 1 }) }),
        () => undefined,
      )
      .finally(() => setReviewing(false));
  };
  return (
    <Page
      isWide
      title={bundle.name}
      above={[{ label: 'Team Config', to: paths.teamConfig }]}
      description={<BundleSummaryLine bundle={bundle} />}
      history={{ subjectId: bundle.id }}
      action={
        <Group gap={8}>
          <BundleMenu details={details} lock={lock} />
          <ReviewButton bundle={bundle} draft={draft} lock={lock} isBusy={isReviewing} onReview={askForReview} />
        </Group>
      }
    >
      {bundle.openReview && <ReviewBanner details={details} review={bundle.openReview} lock={lock} />}
      <DraftNotice details={details} draft={draft} isReadOnly={isReadOnly} />
      {draft.error && !draft.isBehind && (
        <div className={classes.notice}>
          <FailureNotice what="The draft was not saved" error={draft.error} />
        </div>
      )}
      <BundleTabs details={details} draft={draft} check={check} lock={lock} />
      <div className={classes.apart}>
        <GetIt details={details} />
      </div>
      {!isReadOnly && draft.isChanged && <SaveBar draft={draft} isBusy={draft.isSaving || isReviewing} onSave={save} />}
      {review && bundle.draftVersion !== null && (
        <PublishDialog
          details={details}
          draftVersion={bundle.draftVersion}
          lock={lock}
          onClose={() => void navigate({ search: ({ review: _, ...rest }) => rest, replace: true })}
        />
      )}
    </Page>
  );
}
