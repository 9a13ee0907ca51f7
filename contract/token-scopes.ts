interface TokenScopeFacts {
  label: string;
  sentence: string;
}

/** What a member's own token may be used for; never more than the member may do. */
export const tokenScopes = {
  'policy.read': {
    label: 'Sign in and load the policy',
    sentence: 'A Codex client signs in with it and gets the policy of its owner. Without this the client cannot start.',
  },
  'models.call': {
    label: 'Call models',
    sentence:
      'Model work through the gateway. Without it a job can check its set-up and its policy, and spends nothing.',
  },
} as const satisfies Record<string, TokenScopeFacts>;

export type TokenScope = keyof typeof tokenScopes;
export const allTokenScopes = Object.keys(tokenScopes) as [TokenScope, ...TokenScope[]];

export const isTokenScope = (name: string): name is TokenScope => Object.hasOwn(tokenScopes, name);
