import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { BundleSubscription, BundleUsage } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';
import classes from '../TeamConfig.module.css';

const shown = 10;

/** The groups that get the next version, those that keep theirs, and the repositories that are then behind. */
export function WhoGetsIt({ details: { bundle, subscriptions } }: { details: BundleDetails }) {
  const usages = useQuery(
    api.teamConfig.usages.queryOptions({ input: { bundleId: bundle.id, limit: 200 }, staleTime: 0 }),
  );
  return (
    <section aria-labelledby="publication-groups">
      <h3 id="publication-groups" className={classes.subtitle}>
        Who gets it
      </h3>
      <ul className={classes.bullets}>
        {subscriptions.length === 0 && <li>No group subscribes, so no member is told.</li>}
        {subscriptions.map((subscription) => (
          <li key={subscription.groupId}>{saySubscription(subscription)}</li>
        ))}
        <Loaded
          query={usages}
          what="The repositories could not be loaded"
          skeleton={
            <li>
              <RowSkeletons rows={1} />
            </li>
          }
        >
          {({ items, nextCursor }) => <li>{sayRepositories(items, nextCursor !== null)}</li>}
        </Loaded>
      </ul>
    </section>
  );
}

function saySubscription({ groupName, members, version }: BundleSubscription): string {
  const who = `${groupName} (${countOf(members, 'member')})`;
  return version === null ? `${who} gets it: it follows the newest version.` : `${who} stays on version ${version}.`;
}

function sayRepositories(usages: readonly BundleUsage[], hasMore: boolean): string {
  const names = [...new Set(usages.map(({ repository }) => repository))];
  if (names.length === 0) return 'No repository has reported that it has this bundle.';
  const listed = names.slice(0, shown).join(', ');
  const more = hasMore || names.length > shown ? ' and more' : '';
  return `${listed}${more} ${names.length === 1 && !hasMore ? 'is' : 'are'} then behind, and the next check there says so.`;
}
