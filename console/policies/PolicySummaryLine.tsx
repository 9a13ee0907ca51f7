import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';

const shownGroups = 5;

/** Who gets it, and what of it. */
export function PolicySummaryLine({ policy }: { policy: Policy }) {
  const { groups, isFallback, isBaseline, memberCount, revision, updatedAt, updatedBy } = policy;
  const more = groups.length - shownGroups;
  const targets = [
    ...groups.slice(0, shownGroups).map(({ name }) => name),
    ...(more > 0 ? [`${more} more groups`] : []),
    ...(isFallback ? ['everyone else (fallback)'] : []),
    ...(isBaseline ? ['everybody, under their own policy (baseline)'] : []),
  ];
  return (
    <>
      {targets.length === 0 ? (
        <>
          Applies to nobody yet: <TextLink to={paths.policyOrder}>assign it</TextLink> once it is published.
        </>
      ) : (
        <>
          Applies to {countOf(memberCount, 'member')}: {targets.join(', ')}.{' '}
          <TextLink to={paths.policyOrder}>Order and fallback</TextLink>.
        </>
      )}{' '}
      {revision === 0 ? (
        'Never published.'
      ) : (
        <>
          Version {revision}, published <RelativeTime at={updatedAt} />
          {updatedBy && ` by ${shortName(updatedBy)}`}.
        </>
      )}
    </>
  );
}
