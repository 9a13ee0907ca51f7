import { Box } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { SecondPersonSwitch } from '#console/drafts/SecondPersonSwitch.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Section } from '#console/ui/Section.tsx';

/** Whether nobody publishes what they wrote themselves. */
export function ReviewRule({ isOn }: { isOn: boolean }) {
  const update = useMutation(
    api.teamConfig.setReviewRule.mutationOptions({
      onSuccess: ({ secondApprover }) =>
        showDone(secondApprover ? 'Publishing a bundle takes two people now.' : 'One person can publish again.'),
    }),
  );
  return (
    <Box mt={40}>
      <Section
        title="Review rule"
        description="With it, nobody publishes what they wrote: somebody else who may change Team Config has to approve a draft before any group or repository gets it."
      >
        <SecondPersonSwitch
          label="Publishing a bundle takes a second person"
          isOn={isOn}
          isBusy={update.isPending}
          error={update.error}
          whenOff="Whoever may change Team Config can publish their own drafts at once. What waits for review stays a draft."
          whenOn="From now on a draft waits until somebody else approves it. Make sure that at least two people may change Team Config."
          onChange={(secondApprover) => update.mutateAsync({ secondApprover })}
        />
      </Section>
    </Box>
  );
}
