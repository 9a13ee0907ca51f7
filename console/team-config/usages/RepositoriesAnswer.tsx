import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';
import { plural } from '../bundle-words.ts';
import classes from '../TeamConfig.module.css';
import { useLaggingUsages } from './use-lagging-usages.ts';

/** The first thing to know: whether repositories have what they should have. */
export function RepositoriesAnswer({ bundles }: { bundles: Bundle[] }) {
  const { total, hasMore } = useLaggingUsages();
  const uses = bundles.reduce((sum, { repositories }) => sum + repositories, 0);
  if (total === null) return null;
  if (uses === 0)
    return (
      <p className={classes.answer}>
        <StatusBadge tone="off">No repository has reported</StatusBadge>
        <TextLink to={paths.teamConfigUsages}>How repositories report</TextLink>
      </p>
    );
  const more = hasMore ? '+' : '';
  if (total.behind + total.modified === 0)
    return (
      <p className={classes.answer}>
        <StatusBadge tone="ok">
          {plural(uses, 'The one use in a repository has', `All ${formatCount(uses)} uses in repositories have`)} the
          newest version
        </StatusBadge>
      </p>
    );
  return (
    <p className={classes.answer}>
      {total.behind > 0 && (
        <TextLink to={paths.teamConfigUsages} search={{ state: 'behind' }} underline="never">
          <StatusBadge tone="warn">
            {countOf(total.behind, 'repository is', 'repositories are').replace(/^\d+/, (n) => n + more)} behind
          </StatusBadge>
        </TextLink>
      )}
      {total.modified > 0 && (
        <TextLink to={paths.teamConfigUsages} search={{ state: 'modified' }} underline="never">
          <StatusBadge tone="bad">
            {countOf(total.modified, 'repository has', 'repositories have').replace(/^\d+/, (n) => n + more)} changed
            files
          </StatusBadge>
        </TextLink>
      )}
      <span className={classes.quiet}>of {countOf(uses, 'use', 'uses')} that were reported</span>
    </p>
  );
}
