import { Section } from '#console/ui/Section.tsx';
import type { Policy } from '#contract/policies.ts';
import classes from '../PolicyPage.module.css';
import type { WorkingDraft } from '../use-policy-draft.ts';
import { AddTest } from './AddTest.tsx';
import { TestList } from './TestList.tsx';
import { TryCommand } from './TryCommand.tsx';

interface TestsTabProps {
  policy: Policy;
  draft: WorkingDraft;
  isReadOnly: boolean;
}

/** What must stay true of a policy, and a place to try what it does. */
export function TestsTab({ policy, draft, isReadOnly }: TestsTabProps) {
  const { tests, contents } = draft.document;
  const add = (test: (typeof tests)[number]) => draft.change({ tests: [...tests, test] });
  return (
    <>
      <Section
        title="Policy tests"
        description="Sentences that must stay true. They are saved with the policy and run while you write; a red one blocks publishing."
      >
        <TestList
          policyId={policy.id}
          contents={contents}
          tests={tests}
          onTests={isReadOnly ? undefined : (next) => draft.change({ tests: next })}
        />
        {!isReadOnly && <AddTest onAdd={add} />}
      </Section>
      <div className={classes.apart}>
        <Section
          title="Try a command"
          description="What the command rules of the text as it is now say. Nothing is run, and nothing is sent to a client."
        >
          <TryCommand contents={contents} onKeep={isReadOnly ? undefined : add} />
        </Section>
      </div>
    </>
  );
}
