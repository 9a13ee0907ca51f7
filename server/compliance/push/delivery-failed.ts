/** A destination did not take a batch. The sentence is shown to the administrator: it names no secret and repeats nothing the other side said. */
export class DeliveryFailed extends Error {
  /** How long the other side asked to be left alone. */
  readonly retryAfterMs: number | null;
  /** The batch was too large for it: a smaller one may go through. */
  readonly isTooLarge: boolean;

  constructor(
    message: string,
    {
      retryAfterMs = null,
      isTooLarge = false,
      cause,
    }: { retryAfterMs?: number | null; isTooLarge?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'DeliveryFailed';
    this.retryAfterMs = retryAfterMs;
    this.isTooLarge = isTooLarge;
  }
}

const words: Record<string, string> = {
  ECONNREFUSED: 'Nothing answers at that address and port.',
  ECONNRESET: 'It broke the connection off.',
  EPIPE: 'It broke the connection off.',
  ENOTFOUND: 'Its name is not known to the DNS.',
  EAI_AGAIN: 'The DNS did not answer for its name.',
  ETIMEDOUT: 'It did not answer in time.',
  EHOSTUNREACH: 'There is no way to that address.',
  ENETUNREACH: 'There is no way to that network.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Its certificate is signed by itself. Give the authority to trust.',
  SELF_SIGNED_CERT_IN_CHAIN:
    'Its certificate comes from an authority that is not trusted. Give the authority to trust.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'Its certificate comes from an authority that is not trusted. Give the authority to trust.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'Its certificate comes from an authority that is not trusted. Give the authority to trust.',
  CERT_HAS_EXPIRED: 'Its certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name.',
  EPROTO: 'It does not speak TLS there.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'It does not speak TLS there.',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'It asks for a client certificate.',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'It does not trust the client certificate.',
};

/** What the network says, for people. */
export function networkProblem(error: unknown): DeliveryFailed {
  if (error instanceof DeliveryFailed) return error;
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (name === 'AddressRefused') return new DeliveryFailed(message, { cause: error });
  if (name === 'TimeoutError' || name === 'AbortError')
    return new DeliveryFailed('It did not answer in time.', { cause: error });
  const known = code === undefined ? undefined : words[code];
  return new DeliveryFailed(known ?? `The connection failed (${code ?? name}).`, { cause: error });
}
