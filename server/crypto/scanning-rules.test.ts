import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { parse as parseToml } from 'smol-toml';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type TokenKind, tokenFormats, tokenPattern } from '#contract/token-formats.ts';
import { mintScannableToken } from './scannable-token.ts';

const guides = join(import.meta.dirname, '../../docs/guides');
const read = (path: string) => readFileSync(join(guides, path), 'utf8');
const kinds = Object.keys(tokenFormats) as TokenKind[];

interface Rule {
  pattern: RegExp;
  keywords: string[];
}

const GitleaksRules = z.object({ rules: z.array(z.object({ regex: z.string(), keywords: z.array(z.string()) })) });
const gitleaks = (): Rule[] =>
  GitleaksRules.parse(parseToml(read('secret-scanning/gitleaks.toml'))).rules.map(({ regex, keywords }) => ({
    pattern: new RegExp(regex),
    keywords,
  }));

const TrufflehogRules = z.object({
  detectors: z.array(z.object({ keywords: z.array(z.string()), regex: z.record(z.string(), z.string()) })),
});
const trufflehog = (): Rule[] =>
  TrufflehogRules.parse(parseYaml(read('secret-scanning/trufflehog.yaml'))).detectors.flatMap(({ keywords, regex }) =>
    Object.values(regex).map((pattern) => ({ pattern: new RegExp(pattern), keywords })),
  );

/** GitHub takes the three parts in three fields. */
function github(): Rule[] {
  const [, format = ''] = /secret format: `([^`]+)`/.exec(read('keys.md')) ?? [];
  return [{ pattern: new RegExp(`(?:^|[^0-9A-Za-z_-])(${format})(?:$|[^0-9A-Za-z_-])`, 'm'), keywords: ['-'] }];
}

const found = (rules: Rule[], file: string): string[] =>
  rules
    .filter(({ keywords }) => keywords.some((keyword) => file.includes(keyword)))
    .flatMap(({ pattern }) => pattern.exec(file)?.[1] ?? []);

test.each([
  ['gitleaks', gitleaks],
  ['TruffleHog', trufflehog],
  ['GitHub', github],
])('the rules for %s find every kind of token wherever it is left', (_name, rules) => {
  for (const kind of kinds)
    for (let made = 0; made < 50; made += 1) {
      const { token } = mintScannableToken(kind);
      for (const file of [token, `REEVE_KEY=${token}\n`, `{"key":"${token}"}`, `curl -H 'Bearer ${token}' https://x`])
        expect(found(rules(), file), file).toEqual([token]);
    }
});

test.each([
  ['gitleaks', gitleaks],
  ['TruffleHog', trufflehog],
  ['GitHub', github],
])('the rules for %s leave look-alikes alone', (_name, rules) => {
  const random = randomBytes(80).toString('hex');
  const files = [
    `fork-${random.slice(0, 49)}`,
    `at-${random.slice(0, 40)}`,
    `rk-${random.slice(0, 60)}`,
    'look-at-this',
  ];
  for (const file of files) expect(found(rules(), file), file).toEqual([]);
});

test('the rules are those of the tokens', () => {
  for (const rules of [gitleaks(), trufflehog()])
    expect(rules.map(({ pattern }) => pattern.source).sort()).toEqual(
      kinds.map((kind) => `\\b(${tokenPattern(kind)})\\b`).sort(),
    );
});

test('the offline check prints what is real, and nothing that only looks like it', async () => {
  const real = kinds.map((kind) => mintScannableToken(kind).token);
  const example = /rk- {2}(\w{43}) {2}(\w{6})/.exec(read('keys.md'));
  real.push(`rk-${example?.[1]}${example?.[2]}`);
  const lines = [...real.map((token) => `x ${token} y`), `rk-${'0'.repeat(49)}`, 'nothing'];
  const check = spawn(process.execPath, [join(guides, 'secret-scanning/verify.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  check.stdin.end(lines.join('\n'));
  expect((await text(check.stdout)).trim().split('\n')).toEqual(real);
});
