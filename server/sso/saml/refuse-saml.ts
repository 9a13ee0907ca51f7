import { type ProblemCode, SignOnRefused } from '../problems.ts';

/** Why a SAML answer or document is refused, each with what to do and who can do it. Shown to the person who wanted to sign in. */
export const samlProblems = {
  malformed: 'The identity provider sent something that is not a SAML response Reeve accepts.',
  'idp-refused': 'The identity provider refused the sign-in. Its administrator finds the reason in its own log.',
  'not-started-here':
    'This sign-in was started at the identity provider. Reeve accepts only sign-ins that start here: open Reeve and sign in there. The administrator of the identity provider can point its tile at Reeve’s sign-in page.',
  'other-request':
    'This answer belongs to another sign-in than the one that was started in this browser. Start again from the sign-in page.',
  'not-signed':
    'The identity provider did not sign its answer. Its administrator has to sign the assertion or the response, with RSA and SHA-256.',
  'weak-signature':
    'The signature uses a method Reeve does not accept. The administrator of the identity provider has to choose RSA with SHA-256 (or SHA-512) and exclusive canonicalization.',
  'bad-signature':
    'The signature does not match any certificate of this connection. The administrator of the identity provider has to send its present metadata to a workspace owner.',
  'unexpected-structure':
    'The answer is built in a way Reeve does not accept, because such documents are used to smuggle in foreign statements.',
  'not-decryptable':
    'The assertion is encrypted for another certificate, or its content is not intact. The administrator of the identity provider has to load Reeve’s metadata again.',
  'wrong-issuer':
    'The answer comes from another identity provider than this connection’s. Compare the entity id on both sides.',
  'wrong-audience':
    'The answer is meant for another application. The administrator of the identity provider has to set the audience (entity id) that the connection’s page shows.',
  'wrong-recipient':
    'The answer is addressed to another place. The administrator of the identity provider has to set the assertion consumer URL that the connection’s page shows.',
  expired: 'The answer has expired. Try again; if this stays, the clocks of the two servers differ by too much.',
  'not-yet-valid':
    'The answer is not valid yet: the clocks of the two servers differ by more than two minutes. Their administrators have to set them.',
  replayed: 'This answer was used already. Start again from the sign-in page.',
  'no-subject':
    'The answer does not say who signed in in a way that stays the same. The administrator of the identity provider has to send a NameID that is persistent or an e-mail address.',
  'not-fresh': 'You have to sign in again at the identity provider, but it answered with an older sign-in.',
  metadata: 'This is not metadata of a SAML identity provider that Reeve can use.',
} as const;
export type SamlProblem = keyof typeof samlProblems;

const codes: Partial<Record<SamlProblem, ProblemCode>> = {
  'idp-refused': 'provider-refused',
  replayed: 'expired',
};

/** `detail` says what was found where; it is for administrators and holds nothing secret. */
export class SamlRefused extends SignOnRefused {
  readonly problem: SamlProblem;
  readonly detail: string;

  constructor(problem: SamlProblem, detail: string, options?: ErrorOptions) {
    super(codes[problem] ?? 'answer-invalid', {
      message: `${samlProblems[problem]} (${detail})`,
      said: problem === 'idp-refused' ? detail : null,
      cause: options?.cause,
    });
    this.name = 'SamlRefused';
    this.problem = problem;
    this.detail = detail;
  }
}
