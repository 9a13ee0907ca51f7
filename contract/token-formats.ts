interface TokenFormat {
  name: string;
  prefix: string;
  /** Those made before 0.2 are 43 characters of base64url without a checksum. */
  hadNoChecksum: boolean;
}

/** The secrets that people and programs keep, as a scanner recognises them. */
export const tokenFormats = {
  // The Codex client tells the kinds apart by `at-`.
  'personal-access-token': { name: 'Personal access token', prefix: 'at-', hadNoChecksum: true },
  'api-key': { name: 'API key of a member', prefix: 'sk-reeve-', hadNoChecksum: true },
  'workspace-key': { name: 'API key of the workspace', prefix: 'rk-', hadNoChecksum: false },
  'runner-token': { name: 'Token that registers a runner', prefix: 'rt-', hadNoChecksum: false },
  runner: { name: 'Secret of a runner', prefix: 'rr-', hadNoChecksum: false },
} as const satisfies Record<string, TokenFormat>;

export type TokenKind = keyof typeof tokenFormats;

export const randomLength = 43;
export const checksumLength = 6;

/** What a scanner looks for: prefix, 43 random characters, 6 of checksum. The syntax is one that JavaScript, RE2 and PCRE share. */
export const tokenPattern = (kind: TokenKind): string =>
  `${tokenFormats[kind].prefix}[0-9A-Za-z]{${randomLength + checksumLength}}`;
