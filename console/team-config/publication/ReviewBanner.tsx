import { Button, Group } from '@mantine/core';
import { useState } from 'react';
import { useCan, useSession } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleReview } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';
import classes from '../TeamConfig.module.css';
import type { BundleLock } from '../use-bundle-lock.ts';
import { ApproveDialog } from './ApproveDialog.tsx';
import { DeclineReview } from './DeclineReview.tsx';
import { WithdrawDialog } from './WithdrawDialog.tsx';

interface ReviewBannerProps {
  details: BundleDetails;
  review: BundleReview;
  lock: BundleLock;
}

/** A draft that waits for a second person: who asked, who may decide, and the decision. */
export function ReviewBanner({ details, review, lock }: ReviewBannerProps) {
  const { member } = useSession();
  const mayWrite = useCan('team-config.write');
  const [asked, setAsked] = useState<'approve' | 'decline' | 'withdraw' | null>(null);
  const isMe = (person: string) => person.includes(`<${member.email}>`);
  const authors = [...new Set([review.requestedBy, ...details.bundle.draftAuthors])];
  const mayDecide = mayWrite && !authors.some(isMe);
  const close = () => setAsked(null);
  const buttons = mayWrite && (
    <Group gap={8}>
      {mayDecide && (
        <>
          <Button size="xs" onClick={() => setAsked('approve')}>
            Review and approve
          </Button>
          <Button size="xs" variant="default" onClick={() => setAsked('decline')}>
            Decline
          </Button>
        </>
      )}
      {isMe(review.requestedBy) && (
        <Button size="xs" variant="default" onClick={() => setAsked('withdraw')}>
          Withdraw
        </Button>
      )}
    </Group>
  );
  return (
    <div className={classes.notice}>
      <Notice tone="warn" title="This draft waits for a second person" actions={buttons}>
        <p>
          {shortName(review.requestedBy)} asked <RelativeTime at={review.requestedAt} />: “{review.message}”
        </p>
        <p>
          {mayDecide
            ? 'You may approve it: you wrote no part of it.'
            : (lock.writing ??
              `Anybody who may change Team Config may approve it, except ${authors.map(shortName).join(', ')}, who wrote it.`)}{' '}
          Saving another draft withdraws it.
        </p>
      </Notice>
      {asked === 'approve' && <ApproveDialog details={details} review={review} onClose={close} />}
      {asked === 'decline' && <DeclineReview review={review} onClose={close} />}
      {asked === 'withdraw' && <WithdrawDialog review={review} onClose={close} />}
    </div>
  );
}
