import { Stack } from '@mantine/core';
import type { z } from 'zod';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { Policy, PolicyDraft, PolicyImpact, PolicyTestResult } from '#contract/policies.ts';
import type { Diagnostic, PolicyPart } from '#contract/policy-documents.ts';
import { DocumentDiff } from '../DocumentDiff.tsx';
import { documentKinds } from '../document-kinds.ts';
import { blankDocument } from '../draft-state.ts';
import { ImpactSummary } from '../ImpactSummary.tsx';
import { severityLooks } from '../severity-looks.ts';
import { TestOutcome } from '../tests/TestList.tsx';
import testClasses from '../tests/Tests.module.css';
import classes from './Publication.module.css';

export interface PublicationPreview {
  impact: PolicyImpact;
  diagnostics: (Diagnostic & { part: z.infer<typeof PolicyPart> })[];
  tests: PolicyTestResult[];
  needsApproval: boolean;
  blockedBy: string[];
}

interface PublicationReviewProps {
  policy: Policy;
  draft: PolicyDraft;
  preview: PublicationPreview;
}

/** Everything to know before a draft becomes what members get: what stops it, who is affected, what changes, what the checks say. */
export function PublicationReview({ policy, draft, preview }: PublicationReviewProps) {
  const { impact, diagnostics, tests, blockedBy } = preview;
  const isFirst = policy.published === null;
  return (
    <Stack gap="lg">
      {blockedBy.length > 0 && (
        <Notice tone="bad" title="It cannot be published now">
          <ul className={classes.plainList}>
            {blockedBy.map((reason) => (
              <li key={reason}>
                <Sentence text={reason} />
              </li>
            ))}
          </ul>
        </Notice>
      )}
      <section aria-labelledby="publication-impact">
        <h3 id="publication-impact" className={classes.title}>
          Who is affected
        </h3>
        <ImpactSummary impact={impact} />
        {impact.changed.length > 0 && (
          <p className={classes.quiet}>
            Clients that run now go on with what they have until they are restarted, or the grace in Settings ends.
          </p>
        )}
      </section>
      <section aria-labelledby="publication-changes">
        <h3 id="publication-changes" className={classes.title}>
          {isFirst ? 'The document' : `What changes since version ${policy.revision}`}
        </h3>
        <DocumentDiff
          before={policy.published ?? { ...blankDocument, name: draft.name }}
          after={draft}
          labels={{ before: isFirst ? 'Nothing' : `Version ${policy.revision}`, after: 'Draft' }}
          isUnified={isFirst}
        />
      </section>
      {(diagnostics.length > 0 || tests.length > 0) && (
        <section aria-labelledby="publication-checks">
          <h3 id="publication-checks" className={classes.title}>
            Checks
          </h3>
          <ul className={testClasses.tests}>
            {tests.map((result, index) => {
              const key = `${index}-${result.sentence}`;
              return (
                <li key={key} className={testClasses.test}>
                  <TestOutcome test={result.test} result={result} />
                </li>
              );
            })}
            {diagnostics.map(({ code, severity, message, part, from }) => (
              <li key={`${part}-${code}-${from.line}-${from.column}`} className={testClasses.test}>
                <span className={testClasses.badge}>
                  <StatusBadge tone={severityLooks[severity].tone}>{severityLooks[severity].word}</StatusBadge>
                </span>
                <span className={testClasses.testText}>
                  <Sentence text={message} />
                  <span className={testClasses.found}>
                    {documentKinds[part].fileName}, line {from.line}
                  </span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Stack>
  );
}
