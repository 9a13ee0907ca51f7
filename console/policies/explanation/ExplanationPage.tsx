import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { describeFailure } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Explanation } from './Explanation.tsx';

/** Where the short link in a justification leads: for whoever a rule stopped, whatever else they may see. */
export function ExplanationPage() {
  const { code } = useParams({ from: '/focused/why/$code' });
  const found = useQuery(api.policies.explanations.get.queryOptions({ input: { code }, retry: false }));
  const isMissing = found.error !== null && describeFailure(found.error).code === 'not-found';
  return (
    <PlainPage isWide title="Why Codex stopped here">
      {isMissing ? (
        <Notice tone="warn" title="There is no rule behind this link">
          <p>
            Either the link was cut when it was copied, or the policy was deleted. The link in Codex ends with a code
            such as <code>12.3.0</code>; this one ends with <code>{code}</code>. Ask whoever administers Codex in your
            organisation, and show them the whole message.
          </p>
        </Notice>
      ) : (
        <Loaded query={found} what="The rule could not be looked up">
          {(explanation) => <Explanation explanation={explanation} />}
        </Loaded>
      )}
      <p>
        <TextLink to={paths.overview}>Open Reeve</TextLink>
      </p>
    </PlainPage>
  );
}
