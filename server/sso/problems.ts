import type { SignOnProblem } from '#contract/sso.ts';
import { storableText } from './cut-text.ts';

export type ProblemCode = SignOnProblem['code'];

/**
 * Whom each problem is for, and what that person does about it. A person who wants to work reads this and sends it on: it says nothing that
 * only they could know to be wrong.
 */
export const problems: Record<ProblemCode, Pick<SignOnProblem, 'sentence' | 'sendTo' | 'advice'>> = {
  expired: {
    sentence: 'This sign-in was finished already, or took too long.',
    sendTo: 'nobody',
    advice: 'Start it again. A sign-in is good for 15 minutes and for one use.',
  },
  'wrong-browser': {
    sentence: 'This sign-in was started in another browser.',
    sendTo: 'nobody',
    advice:
      'Start it again here. If somebody sent you a link to this page, do not follow it: it would sign you in as them.',
  },
  'connection-off': {
    sentence: 'Nobody signs in with this connection at present.',
    sendTo: 'workspace',
    advice: 'Enable the connection under Single sign-on, or tell people how to sign in instead.',
  },
  'settings-changed': {
    sentence: 'The settings of this connection were changed while you signed in.',
    sendTo: 'nobody',
    advice: 'Start it again.',
  },
  'provider-refused': {
    sentence: 'The identity provider did not let you in.',
    sendTo: 'identity-provider',
    advice: 'Assign this person to the application, and check what the identity provider’s own log says about it.',
  },
  'provider-unreachable': {
    sentence: 'The identity provider could not be asked.',
    sendTo: 'workspace',
    advice: 'Check that this server reaches the identity provider, and that its certificate is trusted here.',
  },
  'answer-invalid': {
    sentence: 'The answer of the identity provider was not accepted.',
    sendTo: 'workspace',
    advice:
      'Compare issuer, client id, client secret or certificate with the identity provider, then test the connection.',
  },
  'context-missing': {
    sentence: 'The identity provider did not say that you showed a second factor, which this workspace asks for.',
    sendTo: 'identity-provider',
    advice: 'Require multi-factor authentication for the application, and send it in `amr` or `acr`.',
  },
  'groups-overage': {
    sentence: 'You are in more groups than the identity provider sends.',
    sendTo: 'identity-provider',
    advice: 'Send only the groups assigned to the application (Entra ID: Token configuration, Edit groups claim).',
  },
  'email-missing': {
    sentence: 'The identity provider sent no e-mail address.',
    sendTo: 'identity-provider',
    advice: 'Give the account an e-mail address and send it in the claim that the connection reads.',
  },
  'email-unverified': {
    sentence: 'The identity provider does not vouch for your e-mail address.',
    sendTo: 'identity-provider',
    advice: 'Verify the address of the account, or verify its domain in Reeve and bind it to this connection.',
  },
  'email-elsewhere': {
    sentence: 'People with your e-mail address sign in with another connection or another account.',
    sendTo: 'workspace',
    advice: 'Look at the domains under Single sign-on and at the member with this address.',
  },
  'not-a-member': {
    sentence: 'You are not a member of this workspace.',
    sendTo: 'workspace',
    advice: 'Invite this person, or let the connection’s just-in-time rule admit them.',
  },
  'member-suspended': {
    sentence: 'Your membership is suspended.',
    sendTo: 'workspace',
    advice: 'Reactivate the member, if that is meant.',
  },
  'member-deprovisioned': {
    sentence: 'Your identity provider has taken you out of this workspace.',
    sendTo: 'identity-provider',
    advice: 'Assign this person to the application again; provisioning lets them back in.',
  },
  'other-member': {
    sentence: 'You confirmed with the account of somebody else.',
    sendTo: 'nobody',
    advice: 'Confirm with the account you are signed in with here, or sign out first.',
  },
  'too-many-attempts': {
    sentence: 'Too many sign-ins were started from your address.',
    sendTo: 'nobody',
    advice: 'Wait some minutes, then start again.',
  },
};

/** A sentence goes into an address and the audit log, and parts of it are what others wrote. */
const mostOfSentence = 600;
const mostOfSaid = 500;

/** A single sign-on that ends without a session. `message` says what exactly; `said` is what the identity provider said, word for word. */
export class SignOnRefused extends Error {
  readonly code: ProblemCode;
  readonly said: string | null;

  constructor(
    code: ProblemCode,
    { message, said = null, cause }: { message?: string; said?: string | null; cause?: unknown } = {},
  ) {
    super(
      storableText(message ?? problems[code].sentence, mostOfSentence),
      cause === undefined ? undefined : { cause },
    );
    this.name = 'SignOnRefused';
    this.code = code;
    this.said = said === null ? null : storableText(said, mostOfSaid);
  }
}
