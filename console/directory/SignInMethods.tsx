import type { UseQueryResult } from '@tanstack/react-query';
import type { z } from 'zod';
import { ResetFactors } from '#console/second-factor/ResetFactors.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Member } from '#contract/directory.ts';
import type { MemberAccess } from '#contract/directory-access.ts';

interface SignInMethodsProps {
  member: Member;
  access: UseQueryResult<z.infer<typeof MemberAccess>>;
}

/** How they can come in. */
export function SignInMethods({ member, access }: SignInMethodsProps) {
  if (!access.data) return null;
  const { hasPassword, secondFactors } = access.data;
  const { passkeys, totp, recoveryCodes } = secondFactors;
  return (
    <Section
      title="Ways to sign in"
      action={(passkeys.length > 0 || totp !== null) && <ResetFactors member={member} />}
    >
      <Facts
        items={[
          ['Password', hasPassword ? 'set' : 'none'],
          ['Single sign-on', member.source === 'manual' ? null : 'by your identity provider'],
          ['Passkeys', passkeys.length === 0 ? 'none' : passkeys.map(({ name }) => name).join(', ')],
          [
            'Authenticator app',
            totp ? (
              <span key="totp">
                added <RelativeTime at={totp.addedAt} />
              </span>
            ) : (
              'none'
            ),
          ],
          ['Recovery codes', recoveryCodes.createdAt ? `${countOf(recoveryCodes.left, 'code')} left` : 'none'],
        ]}
      />
    </Section>
  );
}
