import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { Connection } from '#contract/sso.ts';

const statuses: Record<Connection['status'], { tone: Tone; word: string }> = {
  draft: { tone: 'quiet', word: 'Not enabled yet' },
  enabled: { tone: 'ok', word: 'Enabled' },
  disabled: { tone: 'off', word: 'Disabled' },
};

export function ConnectionStatus({ status }: { status: Connection['status'] }) {
  const { tone, word } = statuses[status];
  return <StatusBadge tone={tone}>{word}</StatusBadge>;
}

export const kindNames: Record<Connection['kind'], string> = { oidc: 'OpenID Connect', saml: 'SAML 2.0' };

/** "a.com", "a.com and b.com", "a.com, b.com and c.com". */
export function listWords(words: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(words);
}
