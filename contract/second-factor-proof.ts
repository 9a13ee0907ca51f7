import { z } from 'zod';

/** Options and answers of the browser's WebAuthn calls, in their JSON form (WebAuthn Level 3 §5.1). */
export const WebAuthnOptions = z.record(z.string(), z.unknown());
const WebAuthnAnswer = z.object({
  id: z.string().min(1).max(1400),
  rawId: z.string().min(1).max(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['cross-platform', 'platform']).optional(),
  clientExtensionResults: z.record(z.string(), z.unknown()),
});
export const RegistrationAnswer = WebAuthnAnswer.extend({
  response: z.object({
    clientDataJSON: z.string().max(10_000),
    attestationObject: z.string().max(100_000),
    transports: z.array(z.string().max(40)).max(10).optional(),
  }),
});
export type RegistrationAnswer = z.infer<typeof RegistrationAnswer>;
export const AuthenticationAnswer = WebAuthnAnswer.extend({
  response: z.object({
    clientDataJSON: z.string().max(10_000),
    authenticatorData: z.string().max(10_000),
    signature: z.string().max(10_000),
    userHandle: z.string().max(200).optional(),
  }),
});
export type AuthenticationAnswer = z.infer<typeof AuthenticationAnswer>;

/** A second factor as it is shown. */
export const Proof = z.discriminatedUnion('method', [
  z.object({ method: z.literal('passkey'), answer: AuthenticationAnswer }),
  z.object({ method: z.literal('totp'), code: z.string().max(20) }),
  z.object({ method: z.literal('recovery-code'), code: z.string().max(40) }),
]);
export type Proof = z.infer<typeof Proof>;
