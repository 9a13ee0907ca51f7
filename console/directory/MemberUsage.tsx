import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { formatCount, formatCredits, formatUsdSum } from '#console/ui/figures.ts';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { isCodexSurface, surfaceName } from '#contract/surface-names.ts';

/** What this member used lately; everything else about it is on the page of figures. */
export function MemberUsage({ memberId }: { memberId: string }) {
  const summary = useQuery(api.analytics.summary.queryOptions({ input: { memberId } }));
  return (
    <Section
      title="Usage"
      description="The last 30 days."
      action={
        <TextLink to={paths.analytics} search={{ memberId }}>
          Analytics of this member
        </TextLink>
      }
    >
      <Loaded query={summary} what="Their usage could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ totals, bySurface }) =>
          totals.calls === 0 ? (
            <p>No model call of theirs in this time.</p>
          ) : (
            <Facts
              items={[
                ['Threads and turns', `${formatCount(totals.threads)} and ${formatCount(totals.turns)}`],
                ['Tokens', formatCount(totals.totalTokens)],
                ['Credits', totals.credits === 0 ? null : formatCredits(totals.credits)],
                ['Cost', totals.costUsd === 0 && totals.unpricedCalls > 0 ? 'unknown' : formatUsdSum(totals.costUsd)],
                [
                  'Surfaces',
                  bySurface
                    .filter(({ totals: { calls } }) => calls > 0)
                    .map(({ key, label }) => (isCodexSurface(key) ? surfaceName(key) : label))
                    .join(', '),
                ],
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
