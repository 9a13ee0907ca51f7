import { Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { api } from '#console/api.ts';
import { PasskeyButton } from '#console/second-factor/PasskeyButton.tsx';
import { SecondFactorStep } from '#console/second-factor/SecondFactorStep.tsx';
import type { SecondFactorMethod } from '#contract/second-factor.ts';
import { EmailStep } from './EmailStep.tsx';
import { PasswordStep } from './PasswordStep.tsx';
import { SingleSignOnStep } from './SingleSignOnStep.tsx';

interface SignInFormProps {
  /** Set when the same person signs in again. */
  email?: string;
  onSignedIn: () => void | Promise<void>;
  /** Goes to the identity provider; over a page that must stay it opens a window instead. */
  onLeave: (to: { connectionId: string; email: string }) => void;
}

/** The address first: its domain alone says whether an identity provider or a password comes next. */
export function SignInForm({ email: known = '', onSignedIn, onLeave }: SignInFormProps) {
  const [email, setEmail] = useState(known);
  const [isPasswordWanted, setPasswordWanted] = useState(false);
  const [methods, setMethods] = useState<readonly SecondFactorMethod[] | null>(null);
  const options = useMutation(api.sso.signInOptions.mutationOptions({ meta: { leavesPage: true } }));
  const ask = options.mutate;
  useEffect(() => {
    if (known !== '') ask({ email: known });
  }, [known, ask]);
  const startOver = () => {
    options.reset();
    setPasswordWanted(false);
    setMethods(null);
  };
  if (methods) {
    return <SecondFactorStep methods={methods} onSignedIn={onSignedIn} onStartAgain={() => setMethods(null)} />;
  }
  if (!options.data && !isPasswordWanted) {
    return (
      <Stack gap="md">
        <EmailStep
          email={email}
          isFixed={known !== ''}
          isBusy={options.isPending}
          error={options.error}
          onEmail={(typed) => {
            setEmail(typed);
            ask({ email: typed });
          }}
          onPassword={() => setPasswordWanted(true)}
        />
        <PasskeyButton onSignedIn={onSignedIn} />
      </Stack>
    );
  }
  const onOther = known === '' ? startOver : undefined;
  const connection = options.data?.connection ?? null;
  if (options.data && !isPasswordWanted && (connection || !options.data.isPasswordOffered)) {
    return (
      <SingleSignOnStep
        email={email}
        connection={connection}
        isPasswordOffered={options.data.isPasswordOffered}
        onOther={onOther}
        onPassword={() => setPasswordWanted(true)}
        onContinue={(connectionId) => onLeave({ connectionId, email })}
      />
    );
  }
  return <PasswordStep email={email} onOther={onOther} onSignedIn={onSignedIn} onSecondFactor={setMethods} />;
}
