import { Anchor, Stack, Text } from '@mantine/core';
import { client } from '#console/api.ts';
import { showDone } from '#console/shell/show-result.ts';
import { countOf } from '#console/ui/figures.ts';
import type { SecondFactorMethod } from '#contract/second-factor.ts';
import { ProofForm } from './ProofForm.tsx';

interface SecondFactorStepProps {
  methods: readonly SecondFactorMethod[];
  onSignedIn: () => void | Promise<void>;
  /** Back to the password: another account, or the ten minutes are over. */
  onStartAgain: () => void;
}

/** Follows the password at every sign-in of somebody who has a second factor. */
export function SecondFactorStep({ methods, onSignedIn, onStartAgain }: SecondFactorStepProps) {
  return (
    <Stack gap="md">
      <Text>Your password is right. Now show that it is you with your second factor.</Text>
      <ProofForm
        methods={methods}
        action="Sign in"
        failed="You are not signed in"
        passkeyOptions={async () => (await client.secondFactor.pendingPasskeyOptions({})).options}
        onProof={async (proof) => {
          const { recoveryCodesLeft } = await client.secondFactor.finishSignIn(proof);
          if (recoveryCodesLeft !== null) tellCodesLeft(recoveryCodesLeft);
          await onSignedIn();
        }}
      />
      <Anchor component="button" type="button" size="sm" w="fit-content" onClick={onStartAgain}>
        Start again
      </Anchor>
    </Stack>
  );
}

export const tellCodesLeft = (left: number): void =>
  showDone(
    left === 0
      ? 'That was your last recovery code. Make new ones under your account, Security.'
      : `That code is used up. You have ${countOf(left, 'recovery code')} left.`,
  );
