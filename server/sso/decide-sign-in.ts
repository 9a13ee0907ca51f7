import type { z } from 'zod';
import type { JustInTimeRule, RequiredContext } from '#contract/sso.ts';
import { domainOf, type MappedClaims } from './map-claims.ts';
import { SignOnRefused } from './problems.ts';

interface KnownMember {
  id: string;
  status: 'invited' | 'active' | 'suspended' | 'deprovisioned';
}

export interface SignInFacts {
  mapped: MappedClaims;
  /** Null: the identity provider does not say. */
  emailVerified: boolean | null;
  connectionId: string;
  /** Of the workspace's verified domains the one of the e-mail address. */
  domain: { connectionId: string | null } | null;
  /** The member this subject was linked with before. */
  linked: KnownMember | null;
  /** The member with this e-mail address, and whether another subject of this connection is theirs. */
  sameEmail: (KnownMember & { isLinkedElsewhere: boolean }) | null;
  justInTime: JustInTimeRule;
}

export type Decision =
  | { outcome: 'existing-member'; memberId: string; links: boolean; activates: boolean; because: string }
  | { outcome: 'would-join'; email: string; because: string };

function refuseUnlessMayEnter({ status }: KnownMember): void {
  if (status === 'suspended') throw new SignOnRefused('member-suspended');
  if (status === 'deprovisioned') throw new SignOnRefused('member-deprovisioned');
}

/** An address counts when its domain was proved and given to this connection, or when the identity provider vouches for it. */
function requireOwnAddress({ mapped, emailVerified, domain, connectionId }: SignInFacts): string {
  const { email } = mapped;
  if (email === null) throw new SignOnRefused('email-missing');
  // Said outright, it holds also in the company's own domain: some providers let people type any address.
  if (emailVerified === false)
    throw new SignOnRefused('email-unverified', {
      message: `The identity provider says that ${email} is not verified.`,
    });
  if (domain !== null && domain.connectionId !== connectionId)
    throw new SignOnRefused('email-elsewhere', {
      message: `People of ${domainOf(email)} sign in with another connection.`,
    });
  if (domain === null && emailVerified !== true)
    throw new SignOnRefused('email-unverified', {
      message: `The identity provider does not vouch for ${email}, and the domain ${domainOf(email)} is not verified here.`,
    });
  return email;
}

function mayJoin({ justInTime, mapped, domain, connectionId }: SignInFacts): string | null {
  if (justInTime.who === 'verified-domains' && domain?.connectionId === connectionId)
    return 'New here; the domain of the address is verified for this connection.';
  const value =
    justInTime.who === 'groups' ? justInTime.groups.find((group) => mapped.groups.includes(group)) : undefined;
  return value === undefined ? null : `New here; the group “${value}” may join.`;
}

const notAMember = {
  nobody: 'Nobody joins by signing in.',
  'verified-domains': 'People of verified domains join by signing in.',
  groups: 'Only people of certain groups join by signing in.',
};

/**
 * Who somebody is here, by what their identity provider says. The same for a test and for a real sign-in.
 * @throws SignOnRefused with what stands in the way
 */
export function decideSignIn(facts: SignInFacts): Decision {
  const { linked, sameEmail } = facts;
  if (linked) {
    refuseUnlessMayEnter(linked);
    return {
      outcome: 'existing-member',
      memberId: linked.id,
      links: false,
      activates: linked.status === 'invited',
      because: 'This account was linked with the member before.',
    };
  }
  const email = requireOwnAddress(facts);
  if (sameEmail) {
    refuseUnlessMayEnter(sameEmail);
    // An address that moved to somebody else at the identity provider must not bring its former holder's membership along.
    if (sameEmail.isLinkedElsewhere)
      throw new SignOnRefused('email-elsewhere', {
        message: `The member with the address ${email} signs in with another account of this identity provider. Remove that member, or change their address, if this is somebody else.`,
      });
    return {
      outcome: 'existing-member',
      memberId: sameEmail.id,
      links: true,
      activates: sameEmail.status === 'invited',
      because: 'A member has this e-mail address; the account is linked with them.',
    };
  }
  const because = mayJoin(facts);
  if (because === null)
    throw new SignOnRefused('not-a-member', {
      message: `There is no member with the address ${email}. ${notAMember[facts.justInTime.who]}`,
    });
  return { outcome: 'would-join', email, because };
}

export interface ShownContext {
  amr: readonly string[];
  acr: string | null;
}

/**
 * Whether the identity provider showed the second factor that the connection asks for; false when it asks for none.
 * @throws SignOnRefused context-missing
 */
export function showsSecondFactor({ amr, acr }: z.infer<typeof RequiredContext>, shown: ShownContext): boolean {
  const lacks = [
    ...(amr.length > 0 && !amr.some((method) => shown.amr.includes(method))
      ? [`amr has ${shown.amr.join(', ') || 'nothing'} and needs one of ${amr.join(', ')}`]
      : []),
    ...(acr.length > 0 && !acr.includes(shown.acr ?? '')
      ? [`acr is ${shown.acr ?? 'missing'} and has to be one of ${acr.join(', ')}`]
      : []),
  ];
  if (lacks.length > 0)
    throw new SignOnRefused('context-missing', {
      message: `The identity provider did not show the second factor that this workspace asks for: ${lacks.join('; ')}.`,
    });
  return amr.length + acr.length > 0;
}
