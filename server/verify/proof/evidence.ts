import type { ProofEvidence } from '#contract/proofs.ts';

const longest = 8_000;

/** Tokens, signatures and keys, so that a proof can be shown to anybody who may read it. */
const secrets: readonly RegExp[] = [
  /\beyJ[\w-]{4,}\.[\w-]+(?:\.[\w-]*)?/g,
  /\b(?:at|rt|sk|rk)-[\w-]{8,}(?:\.[\w-]+)*/g,
  /(?<=\bBearer\s+)[^\s"']+/gi,
  /(?<="(?:signature|access_token|refresh_token|id_token|token)"\s*:\s*")[^"]+/g,
];

export const redact = (text: string): string => secrets.reduce((left, pattern) => left.replace(pattern, '***'), text);

/** The beginning and the end of a long text: what a client says first and last matters most. */
export function excerpt(text: string, limit: number = longest): string {
  if (text.length <= limit) return text;
  const gap = '\n[…]\n';
  const half = Math.floor((limit - gap.length) / 2);
  return `${text.slice(0, half)}${gap}${text.slice(-half)}`;
}

export const evidence = (kind: ProofEvidence['kind'], title: string, text: string): ProofEvidence => ({
  kind,
  title,
  text: excerpt(redact(text)),
});
