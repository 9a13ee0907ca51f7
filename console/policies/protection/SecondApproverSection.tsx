import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { SecondPersonSwitch } from '#console/drafts/SecondPersonSwitch.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Section } from '#console/ui/Section.tsx';

export function SecondApproverSection({ isOn }: { isOn: boolean }) {
  const update = useMutation(
    api.policies.protection.update.mutationOptions({
      onSuccess: ({ secondApprover }) =>
        showDone(secondApprover ? 'Publishing takes two people now.' : 'One person can publish again.'),
    }),
  );
  return (
    <Section
      title="Second approver"
      description="Publishing then takes a second person who may write policies and who wrote no part of the draft. Until they approve, nobody gets it."
    >
      <SecondPersonSwitch
        label="Publishing takes a second person"
        isOn={isOn}
        isBusy={update.isPending}
        error={update.error}
        whenOff="Whoever may write policies can publish their own drafts at once. What waits for approval stays a draft."
        whenOn="From now on a draft waits until somebody else approves it. Make sure that at least two people may write policies. The order, roll back and the freeze need no second person."
        onChange={(secondApprover) => update.mutateAsync({ secondApprover })}
      />
    </Section>
  );
}
