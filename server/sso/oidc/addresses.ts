/** One for each connection, so that an answer of one identity provider cannot be handed in as another's (RFC 9700 §4.4.2.2). */
export const callbackPath = '/sso/oidc/:id/callback';

export const callbackUrl = (origin: string, connectionId: string): string =>
  `${origin}${callbackPath.replace(':id', connectionId)}`;
