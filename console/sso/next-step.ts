import type { Connection } from '#contract/sso.ts';

export type ConnectionTab = 'set-up' | 'people' | 'details';

export interface NextStep {
  sentence: string;
  tab: ConnectionTab;
}

type Facts = Pick<Connection, 'kind' | 'status' | 'oidc' | 'saml' | 'lastTest' | 'domains' | 'justInTime'>;

export const hasCredentials = ({ kind, oidc, saml }: Pick<Facts, 'kind' | 'oidc' | 'saml'>): boolean =>
  kind === 'oidc' ? oidc !== null : saml !== null;

/** What is left to do until people sign in with it, in order. Null: nothing. */
export function nextStep(connection: Facts): NextStep | null {
  if (!hasCredentials(connection)) {
    return { sentence: 'Register Reeve at the identity provider, then enter what it gives you.', tab: 'set-up' };
  }
  if (connection.lastTest === null)
    return { sentence: 'Test it with your own account; that changes nobody.', tab: 'set-up' };
  if (connection.lastTest.outcome === 'refused') {
    return { sentence: 'The last test was refused. See why, correct it, and test again.', tab: 'set-up' };
  }
  if (connection.domains.length === 0) {
    return { sentence: 'Choose the e-mail domains whose people sign in with it.', tab: 'people' };
  }
  if (connection.status !== 'enabled') return { sentence: 'Everything is in place. Enable it.', tab: 'set-up' };
  return null;
}
