import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import type { PolicyTestResult } from '#contract/policies.ts';
import classes from './Order.module.css';

interface FailingTestsProps {
  tests: (PolicyTestResult & { policyName: string })[];
}

/** Tests of policies that hold now and would not hold any more. */
export function FailingTests({ tests }: FailingTestsProps) {
  if (tests.length === 0) return null;
  return (
    <Notice tone="bad" title={`${countOf(tests.length, 'policy test holds', 'policy tests hold')} now and would fail`}>
      <ul className={classes.changes}>
        {tests.map(({ policyName, sentence, found }) => (
          <li key={`${policyName} ${sentence}`}>
            <strong>{policyName}</strong>: <Sentence text={sentence} /> <Sentence text={found} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
