import { Box, Stack, Switch } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { ConfirmDialog } from '#console/ui/ConfirmDialog.tsx';
import { Section } from '#console/ui/Section.tsx';

/** Whether nobody publishes what they wrote themselves. */
export function ReviewRule({ isOn }: { isOn: boolean }) {
  const mayChange = useCan('settings.write');
  const [isConfirming, setConfirming] = useState(false);
  const update = useMutation(
    api.teamConfig.setReviewRule.mutationOptions({
      onSuccess: ({ secondApprover }) => {
        showDone(secondApprover ? 'Publishing a bundle takes two people now.' : 'One person can publish again.');
        setConfirming(false);
      },
    }),
  );
  return (
    <Box mt={40}>
      <Section
        title="Review rule"
        description="With it, nobody publishes what they wrote: somebody else who may change Team Config has to approve a draft before any group or repository gets it."
      >
        <Switch
          label="Publishing a bundle takes a second person"
          description={
            mayChange
              ? undefined
              : 'Whoever may change settings turns this on or off, so that nobody lifts their own rule.'
          }
          checked={isOn}
          disabled={!mayChange}
          onChange={() => setConfirming(true)}
        />
        <ConfirmDialog
          isOpen={isConfirming}
          title={isOn ? 'Let one person publish alone?' : 'Ask for a second person?'}
          confirmLabel={isOn ? 'Let one person publish' : 'Ask for a second person'}
          isBusy={update.isPending}
          onClose={() => setConfirming(false)}
          onConfirm={() => update.mutate({ secondApprover: !isOn })}
        >
          <Stack gap="md">
            {update.error && <FailureNotice what="Nothing was changed" error={update.error} />}
            <p>
              {isOn
                ? 'Whoever may change Team Config can publish their own drafts at once. What waits for review stays a draft.'
                : 'From now on a draft waits until somebody else approves it. Make sure that at least two people may change Team Config.'}
            </p>
          </Stack>
        </ConfirmDialog>
      </Section>
    </Box>
  );
}
