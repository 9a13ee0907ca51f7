import { z } from 'zod';
import { endpoint, readsOnly } from './endpoint.ts';
import { Moment } from './paging.ts';
import { AuthenticationAnswer, Proof, RegistrationAnswer, WebAuthnOptions } from './second-factor-proof.ts';

const tag = 'Second factor';
const At = z.iso.datetime();
const Id = z.object({ id: z.string().max(1024) });
const Done = z.object({});

/** What a person can show besides their password. */
export const SecondFactorMethod = z.enum(['passkey', 'totp', 'recovery-code']);
export type SecondFactorMethod = z.infer<typeof SecondFactorMethod>;

/** Whom a workspace asks. `admins`: whoever holds more than the permissions of a Codex user. */
export const SecondFactorAudience = z.enum(['off', 'admins', 'everyone']);
export type SecondFactorAudience = z.infer<typeof SecondFactorAudience>;

export const SecondFactorRule = z.object({
  audience: SecondFactorAudience,
  graceUntil: Moment.nullable().describe('Until then members are reminded, not kept out. Null: at once.'),
});
export type SecondFactorRule = z.infer<typeof SecondFactorRule>;

/** Where the signed-in member stands. */
export const SecondFactorState = z.object({
  isRequired: z.boolean().describe('The rule of the workspace is about this member.'),
  isEnrolled: z.boolean().describe('They have a passkey or an authenticator app here.'),
  graceUntil: At.nullable().describe('When it begins to hold; null once it does, or where nothing is required.'),
  mustEnrolNow: z.boolean().describe('Nothing but setting one up works until then.'),
  verifiedAt: At.nullable().describe('When a second factor was last shown in this session.'),
});
export type SecondFactorState = z.infer<typeof SecondFactorState>;

/** How somebody may confirm a dangerous action; `sso`: by signing in at the identity provider again. */
export const StepUpMethod = z.enum([...SecondFactorMethod.options, 'sso']);
export type StepUpMethod = z.infer<typeof StepUpMethod>;

export const PasskeyName = z.string().trim().min(1).max(80);
export const Passkey = z.object({
  id: z.string(),
  name: z.string(),
  isBackedUp: z.boolean().describe('Synchronised by its provider: it survives the loss of one machine.'),
  createdAt: At,
  lastUsedAt: At.nullable(),
});
export type Passkey = z.infer<typeof Passkey>;

export const SecondFactors = z.object({
  passkeys: z.array(Passkey),
  totp: z.object({ addedAt: At }).nullable(),
  recoveryCodes: z.object({ left: z.number().int(), createdAt: At.nullable() }),
});
export type SecondFactors = z.infer<typeof SecondFactors>;

const RecoveryCodes = z.object({
  recoveryCodes: z.array(z.string()).describe('Not shown again. Empty where there are some already.'),
});
const Shown = z.object({
  recoveryCodesLeft: z.number().int().nullable().describe('Set when a recovery code was used.'),
});

export const secondFactor = {
  signInPasskeyOptions: endpoint({
    method: 'POST',
    path: '/sign-in/passkey-options',
    summary: 'What a passkey has to sign for signing in without a password',
    tag,
    allow: 'anyone',
    audit: { none: 'makes a challenge that expires' },
  }).output(z.object({ options: WebAuthnOptions })),
  signInWithPasskey: endpoint({
    method: 'POST',
    path: '/sign-in/passkey',
    summary: 'Sign in with a passkey alone',
    tag,
    allow: 'anyone',
    audit: 'session.started',
  })
    .input(z.object({ answer: AuthenticationAnswer }))
    .output(z.object({ state: z.literal('signed-in') })),
  pendingPasskeyOptions: endpoint({
    method: 'POST',
    path: '/sign-in/second-factor/passkey-options',
    summary: 'What a passkey has to sign after the password',
    tag,
    allow: 'anyone',
    audit: { none: 'makes a challenge that expires' },
  }).output(z.object({ options: WebAuthnOptions })),
  finishSignIn: endpoint({
    method: 'POST',
    path: '/sign-in/second-factor',
    summary: 'Show the second factor after the password',
    tag,
    allow: 'anyone',
    audit: 'session.started',
  })
    .input(Proof)
    .output(Shown.extend({ state: z.literal('signed-in') })),

  stepUpOptions: endpoint({
    method: 'POST',
    path: '/session/step-up/options',
    summary: 'How I can confirm a dangerous action',
    tag,
    allow: 'member',
    audit: { none: 'makes a challenge that expires' },
    beforeSecondFactor: true,
  }).output(
    z.object({
      methods: z.array(StepUpMethod),
      passkeyOptions: WebAuthnOptions.nullable(),
      connectionId: z.string().nullable().describe('Where to sign in again, for the method `sso`.'),
    }),
  ),
  stepUp: endpoint({
    method: 'POST',
    path: '/session/step-up',
    summary: 'Show a second factor in this session',
    tag,
    allow: 'member',
    audit: 'second-factor.shown',
    beforeSecondFactor: true,
  })
    .input(Proof)
    .output(Shown.extend({ verifiedAt: At })),

  read: endpoint({
    method: 'GET',
    path: '/account/second-factors',
    summary: 'Own passkeys, authenticator app and recovery codes',
    tag,
    allow: 'member',
    audit: readsOnly,
    beforeSecondFactor: true,
  }).output(
    SecondFactors.extend({
      passkeysImpossibleBecause: z.string().nullable().describe('Set where browsers refuse passkeys for this address.'),
    }),
  ),
  startTotp: endpoint({
    method: 'POST',
    path: '/account/totp',
    summary: 'A new secret for an authenticator app; counts once a code has confirmed it',
    tag,
    allow: 'member',
    audit: { none: 'counts only when it is confirmed' },
    stepUp: true,
    beforeSecondFactor: true,
  }).output(
    z.object({ secret: z.string().describe('Base32, to type in.'), uri: z.string().describe('For the QR code.') }),
  ),
  confirmTotp: endpoint({
    method: 'POST',
    path: '/account/totp/confirmation',
    summary: 'Take the new authenticator app into use; replaces the one before',
    tag,
    allow: 'member',
    audit: 'second-factor.added',
    stepUp: true,
    beforeSecondFactor: true,
  })
    .input(z.object({ code: z.string().max(20) }))
    .output(RecoveryCodes),
  removeTotp: endpoint({
    method: 'DELETE',
    path: '/account/totp',
    summary: 'Remove the authenticator app',
    tag,
    allow: 'member',
    audit: 'second-factor.removed',
    stepUp: true,
  }).output(Done),
  startPasskey: endpoint({
    method: 'POST',
    path: '/account/passkeys/options',
    summary: 'What the browser needs to make a passkey',
    tag,
    allow: 'member',
    audit: { none: 'makes a challenge that expires' },
    stepUp: true,
    beforeSecondFactor: true,
  }).output(z.object({ options: WebAuthnOptions })),
  addPasskey: endpoint({
    method: 'POST',
    path: '/account/passkeys',
    summary: 'Add the passkey the browser made',
    tag,
    allow: 'member',
    audit: 'second-factor.added',
    stepUp: true,
    beforeSecondFactor: true,
  })
    .input(z.object({ name: PasskeyName, answer: RegistrationAnswer }))
    .output(RecoveryCodes.extend({ passkey: Passkey })),
  renamePasskey: endpoint({
    method: 'PATCH',
    path: '/account/passkeys/{id}',
    summary: 'Rename a passkey',
    tag,
    allow: 'member',
    audit: 'passkey.renamed',
  })
    .input(Id.extend({ name: PasskeyName }))
    .output(Passkey),
  removePasskey: endpoint({
    method: 'DELETE',
    path: '/account/passkeys/{id}',
    summary: 'Remove a passkey',
    tag,
    allow: 'member',
    audit: 'second-factor.removed',
    stepUp: true,
  })
    .input(Id)
    .output(Done),
  renewRecoveryCodes: endpoint({
    method: 'POST',
    path: '/account/recovery-codes',
    summary: 'New recovery codes; the old ones stop working',
    tag,
    allow: 'member',
    audit: 'recovery-codes.renewed',
    stepUp: true,
  }).output(RecoveryCodes),

  resetMember: endpoint({
    method: 'DELETE',
    path: '/members/{id}/second-factors',
    summary: 'Take all second factors from a member who lost them, and end their sessions; owners only',
    tag,
    allow: 'members.write',
    audit: 'second-factor.reset',
    stepUp: true,
  })
    .input(Id)
    .output(z.object({ removed: z.number().int(), endedSessions: z.number().int() })),
  rule: endpoint({
    method: 'GET',
    path: '/workspace/second-factor-rule',
    summary: 'Whom the workspace asks for a second factor',
    tag,
    allow: 'settings.read',
    audit: readsOnly,
  }).output(SecondFactorRule),
  previewRule: endpoint({
    method: 'POST',
    path: '/workspace/second-factor-rule/preview',
    summary: 'Whom a rule would touch',
    tag,
    allow: 'sign-in.write',
    audit: { none: 'changes nothing' },
  })
    .input(SecondFactorRule)
    .output(
      z.object({
        asked: z.number().int().describe('Active members the rule is about.'),
        withoutFactor: z
          .number()
          .int()
          .describe('Those of them who have none here; single sign-on may still show one.'),
        firstWithout: z
          .array(z.object({ id: z.string(), name: z.string(), email: z.string() }))
          .describe('At most 20.'),
        isCallerWithout: z.boolean(),
      }),
    ),
  updateRule: endpoint({
    method: 'PATCH',
    path: '/workspace/second-factor-rule',
    summary: 'Change whom the workspace asks for a second factor',
    tag,
    allow: 'sign-in.write',
    audit: 'second-factor.rule-updated',
  })
    .input(SecondFactorRule)
    .output(SecondFactorRule),
};
