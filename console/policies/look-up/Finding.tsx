import type { ReactNode } from 'react';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import type { PolicyFinding } from '#contract/policy-delivery.ts';

interface FindingProps {
  finding: Pick<PolicyFinding, 'policy' | 'baseline' | 'because'>;
  /** Puts the policy into a sentence. */
  title: (policy: ReactNode) => ReactNode;
}

const named = ({ id, name, revision }: NonNullable<PolicyFinding['policy']>) => (
  <>
    <TextLink to={paths.policy} params={{ id }} inherit>
      {name}
    </TextLink>
    , version {revision}
  </>
);

/** Policy, version and the reason, in two lines. */
export function Finding({ finding: { policy, baseline, because }, title }: FindingProps) {
  return (
    <Notice tone={policy ? 'ok' : 'warn'} title={title(policy ? named(policy) : 'no policy')}>
      <p>{because}</p>
      {baseline && <p>Under it, for what it leaves open: {named(baseline)} (baseline).</p>}
    </Notice>
  );
}
