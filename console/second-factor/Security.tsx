import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { SecondFactors } from '#contract/second-factor.ts';
import { type AddableFactor, AddFactorDialog } from './AddFactorDialog.tsx';
import { Passkeys } from './Passkeys.tsx';
import { RemoveFactor } from './RemoveFactor.tsx';
import { RenewRecoveryCodes } from './RenewRecoveryCodes.tsx';
import { canUsePasskeys } from './webauthn.ts';

/** What I show besides my password. */
export function Security() {
  const factors = useQuery(api.secondFactor.read.queryOptions());
  const [adding, setAdding] = useState<AddableFactor | null>(null);
  return (
    <Loaded query={factors} what="Your second factors could not be loaded" skeleton={<RowSkeletons rows={4} />}>
      {({ passkeysImpossibleBecause, ...held }) => (
        <>
          <Section
            title="Passkeys"
            description="Your fingerprint, face, PIN or a security key: signs you in without a password, and cannot be phished."
            action={canUsePasskeys() && <Button onClick={() => setAdding('passkey')}>Add passkey</Button>}
          >
            {passkeysImpossibleBecause && held.passkeys.length === 0 ? (
              <Notice tone="info">
                <p>{passkeysImpossibleBecause}</p>
              </Notice>
            ) : (
              <Passkeys passkeys={held.passkeys} />
            )}
          </Section>
          <AuthenticatorApp totp={held.totp} onAdd={() => setAdding('totp')} />
          <Codes held={held} />
          {adding && <AddFactorDialog factor={adding} onClose={() => setAdding(null)} />}
        </>
      )}
    </Loaded>
  );
}

function AuthenticatorApp({ totp, onAdd }: { totp: SecondFactors['totp']; onAdd: () => void }) {
  const [isRemoving, setRemoving] = useState(false);
  const add = (
    <Button variant="default" onClick={onAdd}>
      {totp ? 'Replace' : 'Add authenticator app'}
    </Button>
  );
  return (
    <Section
      title="Authenticator app"
      description="Six digits from an app on your phone, after your password."
      action={add}
    >
      {totp ? (
        <EntryList label="Authenticator app">
          <Entry
            title="Authenticator app"
            facts={[
              <span key="added">
                added <RelativeTime at={totp.addedAt} />
              </span>,
            ]}
            action={
              <Button variant="default" size="xs" onClick={() => setRemoving(true)}>
                Remove
              </Button>
            }
          />
        </EntryList>
      ) : (
        <EmptyState>You have no authenticator app.</EmptyState>
      )}
      {isRemoving && (
        <RemoveFactor factor={{ method: 'totp', name: 'the authenticator app' }} onClose={() => setRemoving(false)} />
      )}
    </Section>
  );
}

function Codes({ held: { passkeys, totp, recoveryCodes } }: { held: SecondFactors }) {
  const [isRenewing, setRenewing] = useState(false);
  const isEnrolled = passkeys.length > 0 || totp !== null;
  const { left, createdAt } = recoveryCodes;
  const renew = isEnrolled && (
    <Button variant="default" onClick={() => setRenewing(true)}>
      Make new codes
    </Button>
  );
  return (
    <Section
      title="Recovery codes"
      description="For the day you have lost everything else. Each works once."
      action={renew}
    >
      {isEnrolled ? (
        <EntryList label="Recovery codes">
          <Entry
            title={left === 0 ? 'None left' : `${left} of 10 left`}
            facts={[
              createdAt && (
                <span key="made">
                  made <RelativeTime at={createdAt} />
                </span>
              ),
            ]}
          />
        </EntryList>
      ) : (
        <EmptyState>They come with your first passkey or authenticator app.</EmptyState>
      )}
      {isEnrolled && left < 3 && (
        <Notice tone="warn">
          <p>Make new codes before they run out.</p>
        </Notice>
      )}
      {isRenewing && <RenewRecoveryCodes onClose={() => setRenewing(false)} />}
    </Section>
  );
}
