import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Bundle } from '#contract/team-config-bundles.ts';

/** What is the case, in one line: the newest version, who has it, and what the bundle is for. */
export function BundleSummaryLine({ bundle }: { bundle: Bundle }) {
  const { newest, groups, repositories, slug, description } = bundle;
  const uses = [
    groups === 0 ? 'no group subscribes' : `${countOf(groups, 'group subscribes', 'groups subscribe')}`,
    ...(repositories === 0 ? [] : [countOf(repositories, 'repository has it', 'repositories have it')]),
  ].join(', ');
  return (
    <>
      <code>{slug}</code>.{' '}
      {newest ? (
        <>
          Version {newest.number}, published <RelativeTime at={newest.publishedAt} /> by {shortName(newest.publishedBy)}
          {newest.approvedBy && `, approved by ${shortName(newest.approvedBy)}`}
        </>
      ) : (
        'Never published'
      )}
      ; {uses}. {description}
    </>
  );
}
