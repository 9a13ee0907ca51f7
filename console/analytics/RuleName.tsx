import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { BlockedByRule } from '#contract/analytics-figures.ts';

/** What the rule looks for; its number where the policy is gone. A published rule never changes. */
export function RuleCommand({ rule }: { rule: string }) {
  const found = useQuery(
    api.policies.explanations.get.queryOptions({
      input: { code: rule },
      enabled: rule !== '',
      retry: false,
      staleTime: Number.POSITIVE_INFINITY,
    }),
  );
  if (rule === '') return 'No rule is known';
  return found.data ? <code>{found.data.rule.command}</code> : `Rule ${rule}`;
}

/** Whose rule it is, why it is there, and what it stopped. */
export function RuleLinks({ rule: { rule, policyName } }: { rule: BlockedByRule }) {
  if (rule === '') return null;
  return (
    <>
      {policyName === null ? `Rule ${rule}` : `${policyName}, rule ${rule}`}
      {' · '}
      <TextLink to={paths.explanation} params={{ code: rule }} inherit>
        Why
      </TextLink>
      {' · '}
      <TextLink to={paths.activity} search={{ rule }} inherit>
        Events
      </TextLink>
    </>
  );
}
