import { Button, Select } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { countOf } from '#console/ui/figures.ts';
import type { BundleSubscription } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';
import classes from './Groups.module.css';
import { Unsubscribe } from './Unsubscribe.tsx';
import { versionOfOption, versionOptions } from './version-options.ts';

interface SubscriptionListProps {
  details: BundleDetails;
  versions: number[];
  isReadOnly: boolean;
}

export function SubscriptionList({ details, versions, isReadOnly }: SubscriptionListProps) {
  const { bundle, subscriptions } = details;
  const mayReadGroups = useCan('members.read');
  const [removing, setRemoving] = useState<BundleSubscription | null>(null);
  const [changing, setChanging] = useState<BundleSubscription | null>(null);
  return (
    <>
      <ul className={classes.list} aria-label="Groups that subscribe">
        {subscriptions.map((subscription) => {
          const { groupId, groupName, members, version } = subscription;
          return (
            <li key={groupId} className={classes.row}>
              <span className={classes.group}>
                {mayReadGroups ? (
                  <TextLink to={paths.group} params={{ id: groupId }} fw={600} underline="hover">
                    {groupName}
                  </TextLink>
                ) : (
                  <strong>{groupName}</strong>
                )}
                <span className={classes.quiet}>{countOf(members, 'member')}</span>
              </span>
              <Select
                aria-label={`Version for ${groupName}`}
                w={200}
                allowDeselect={false}
                disabled={isReadOnly}
                value={version === null ? '' : String(version)}
                onChange={(value) => {
                  const next = versionOfOption(value);
                  if (next !== version) setChanging({ ...subscription, version: next });
                }}
                data={versionOptions(
                  version === null || versions.includes(version) ? versions : [...versions, version],
                )}
              />
              {!isReadOnly && (
                <Button variant="default" aria-label={`Remove ${groupName}`} onClick={() => setRemoving(subscription)}>
                  Remove
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {removing && <Unsubscribe bundle={bundle} subscription={removing} onClose={() => setRemoving(null)} />}
      {changing && <ChangeVersion details={details} wanted={changing} onClose={() => setChanging(null)} />}
    </>
  );
}

function ChangeVersion({
  details: { bundle },
  wanted,
  onClose,
}: {
  details: BundleDetails;
  wanted: BundleSubscription;
  onClose: () => void;
}) {
  const { groupId, groupName, members, version } = wanted;
  const subscribe = useMutation(
    api.teamConfig.subscribe.mutationOptions({
      onSuccess: () => {
        showDone(
          version === null ? `${groupName} follows the newest version.` : `${groupName} stays on version ${version}.`,
        );
        onClose();
      },
    }),
  );
  return (
    <ConfirmDialog
      isOpen
      title={version === null ? `Let ${groupName} follow the newest?` : `Fix ${groupName} to version ${version}?`}
      confirmLabel={version === null ? 'Follow the newest' : `Fix to version ${version}`}
      isBusy={subscribe.isPending}
      onClose={onClose}
      onConfirm={() => subscribe.mutate({ id: bundle.id, groupId, version })}
    >
      {subscribe.error && <FailureNotice what="The version was not changed" error={subscribe.error} />}
      <p>
        {version === null
          ? `${countOf(members, 'member is', 'members are')} offered version ${bundle.newest?.number ?? 1} now, and every later one when it is published.`
          : `${countOf(members, 'member is', 'members are')} offered version ${version} until this is changed, whatever is published later.`}
      </p>
    </ConfirmDialog>
  );
}
