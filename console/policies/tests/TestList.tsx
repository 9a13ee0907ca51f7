import { ActionIcon, Tooltip } from '@mantine/core';
import { X } from 'lucide-react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { PolicyTest, PolicyTestResult } from '#contract/policies.ts';
import { sayTest } from './say-test.ts';
import { TestSentence } from './TestSentence.tsx';
import classes from './Tests.module.css';
import { useTestResults } from './use-test-results.ts';

interface TestListProps {
  policyId: string;
  contents: string;
  tests: PolicyTest[];
  /** Left out: they can only be read. */
  onTests?: ((tests: PolicyTest[]) => void) | undefined;
}

export function TestList({ policyId, contents, tests, onTests }: TestListProps) {
  const { results, error } = useTestResults(policyId, contents, tests);
  if (tests.length === 0)
    return (
      <EmptyState>
        No test yet. Say what must never change, for example that “git push” prompts or that web search is not live.
      </EmptyState>
    );
  const failed = results?.filter(({ passed }) => !passed).length;
  return (
    <>
      {error && <FailureNotice what="The tests could not be run" error={error} />}
      <p role="status" className={classes.verdict}>
        {failed === undefined
          ? 'Running…'
          : failed === 0
            ? `${tests.length === 1 ? 'The test passes' : `All ${tests.length} tests pass`}.`
            : `${countOf(failed, 'test fails', 'tests fail')}: the policy cannot be published like this.`}
      </p>
      <ul className={classes.tests} aria-label="Policy tests">
        {tests.map((test, index) => {
          // Two tests may say the same; their place is all that tells them apart.
          const key = `${index}-${JSON.stringify(test)}`;
          return (
            <li key={key} className={classes.test}>
              <TestOutcome test={test} result={results?.[index]} />
              {onTests && (
                <Tooltip label="Remove this test">
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={`Remove the test: ${results?.[index]?.sentence ?? sayTest(test)}`}
                    onClick={() => onTests(tests.filter((_, at) => at !== index))}
                  >
                    <X size={16} aria-hidden />
                  </ActionIcon>
                </Tooltip>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

/** One test with its result; without one it is still running. */
export function TestOutcome({ test, result }: { test: PolicyTest; result: PolicyTestResult | undefined }) {
  return (
    <>
      <span className={classes.badge}>
        {result ? (
          <StatusBadge tone={result.passed ? 'ok' : 'bad'}>{result.passed ? 'Passes' : 'Fails'}</StatusBadge>
        ) : (
          <StatusBadge tone="quiet">Running</StatusBadge>
        )}
      </span>
      <span className={classes.testText}>
        <TestSentence text={result?.sentence ?? sayTest(test)} />
        {result && (
          <span className={classes.found}>
            <TestSentence text={result.found} />
          </span>
        )}
      </span>
    </>
  );
}
