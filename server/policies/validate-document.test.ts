import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '#contract/policies.ts';
import { acceptedDocuments, refusedCases, sessionFailureCases } from './document-cases/read-cases.ts';
import { maxDocumentLength } from './open-document.ts';
import { policyPresets, seedExample } from './policy-presets.ts';
import { isRefused, validateDocument } from './validate-document.ts';

const errorsOf = (document: string) => validateDocument(document).filter(({ severity }) => severity === 'error');

function only(diagnostics: Diagnostic[], code: string): Diagnostic {
  const found = diagnostics.filter((diagnostic) => diagnostic.code === code);
  expect(found).toHaveLength(1);
  return found[0] as Diagnostic;
}

describe('documents a client refuses', () => {
  test.each([...refusedCases(), ...sessionFailureCases()])(
    '$line:$column $code $document',
    ({ line, column, code, document }) => {
      expect(errorsOf(document)[0]).toMatchObject({ code, from: { line, column } });
    },
  );

  test('every error says what is wrong in a sentence and points inside the document', () => {
    for (const { document } of refusedCases()) {
      const lines = document.split('\n');
      for (const { message, from, to } of errorsOf(document)) {
        expect(message).toMatch(/^[^\n]{20,}[.!?]$/u);
        expect(message).not.toMatch(/undefined|\[object|NaN/);
        expect(from.column).toBeLessThanOrEqual((lines[from.line - 1] ?? '').length + 1);
        expect(to.line * 1e6 + to.column).toBeGreaterThanOrEqual(from.line * 1e6 + from.column);
      }
    }
  });
});

test.each(acceptedDocuments())('no error in %s', (document) => {
  expect(errorsOf(document)).toEqual([]);
});

test.each([
  ['a NUL', 'a = "\0"\n', 1, 6],
  ['a control character in a comment', 'a = 1\n# \u0001\n', 2, 3],
  ['a lone carriage return', 'a=1\rb=2\n', 1, 5],
  ['half a character', 'a = 1\nb = "\ud800"\n', 2, 6],
  ['a key twice', 'allow_appshots = true\nallow_appshots = false\n', 2, 1],
  ['a table twice', '[rules]\n[features]\n[features]\n', 3, 2],
])('%s is no TOML', (_, document, line, column) => {
  expect(validateDocument(document)).toMatchObject([{ code: 'unreadable', severity: 'error', from: { line, column } }]);
});

test('too large, too deep and strange keys are answered, not thrown', () => {
  expect(validateDocument('#'.repeat(maxDocumentLength + 1))).toMatchObject([{ code: 'too-large' }]);
  expect(isRefused(validateDocument(`x = ${'['.repeat(30_000)}`))).toBe(true);
  expect(validateDocument('__proto__ = 1\n[constructor]\nprototype = 2\n').map(({ code }) => code)).toEqual([
    'unknown-key',
    'unknown-key',
  ]);
});

describe('the seed example', () => {
  test('is refused at the list, with a repair that keeps every other byte', () => {
    const found = only(validateDocument(seedExample), 'read-only-missing');
    expect(found).toMatchObject({
      severity: 'error',
      keyPath: 'allowed_sandbox_modes',
      from: { line: 1, column: 25 },
      to: { line: 1, column: 44 },
      fix: { label: 'Add "read-only"', contents: 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n' },
    });
    expect(validateDocument(found.fix?.contents ?? '')).toEqual([]);
  });

  test.each([
    [
      '# keep me\r\nallowed_sandbox_modes = [ # why\r\n  "workspace-write", # until May\r\n]\r\n',
      '# keep me\r\nallowed_sandbox_modes = [ # why\r\n  "read-only", "workspace-write", # until May\r\n]\r\n',
    ],
    ['allowed_sandbox_modes = []\n', 'allowed_sandbox_modes = ["read-only"]\n'],
    [
      'remote_sandbox_config = [{ hostname_patterns = ["ci-*"], allowed_sandbox_modes = ["workspace-write"] }]\n',
      'remote_sandbox_config = [{ hostname_patterns = ["ci-*"], allowed_sandbox_modes = ["read-only", "workspace-write"] }]\n',
    ],
  ])('repairs %j', (document, repaired) => {
    const { fix } = only(validateDocument(document), 'read-only-missing');
    expect(fix?.contents).toBe(repaired);
    expect(errorsOf(repaired)).toEqual([]);
  });
});

describe('near misses', () => {
  test.each([
    ['alowed_sandbox_modes = ["read-only"]\n', 'unknown-key', 'allowed_sandbox_modes = ["read-only"]\n'],
    ['[feature]\napps = false\n', 'unknown-key', '[features]\napps = false\n'],
    ['allowed_sandbox_modes = ["readonly"]\n', 'unknown-value', 'allowed_sandbox_modes = ["read-only"]\n'],
    ['allowed_approval_policies = ["onrequest"]\n', 'malformed', 'allowed_approval_policies = ["on-request"]\n'],
    ['[features]\nunifed_exec = true\n', 'unknown-feature', '[features]\nunified_exec = true\n'],
  ])('%j is repaired', (document, code, repaired) => {
    expect(only(validateDocument(document), code).fix?.contents).toBe(repaired);
  });
});

describe('accepted, but not what the author means', () => {
  const codesOf = (document: string) => validateDocument(document).map(({ code, severity }) => `${severity} ${code}`);

  test.each([
    ['chatgpt_base_url = "https://reeve.corp/backend-api/"\n', ['warning local-only']],
    ['allowed_login_methods = ["chatgpt"]\n', ['warning local-only']],
    ['allowed_chatgpt_workspaces = ["a"]\n', ['warning local-only']],
    ['cli_auth_credentials_store = "keyring"\n', ['warning local-only']],
    ['allowed_approval_policies = ["untrusted"]\n', ['warning desktop-unusable']],
    ['[features]\napps = true\n', ['warning pinned-by-reeve']],
    ['[features]\napps = false\n', []],
    [
      '[rules]\nprefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden" }]\n',
      ['warning rules-are-no-sandbox'],
    ],
    [
      'allowed_sandbox_modes = ["read-only"]\n[rules]\nprefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden" }]\n',
      ['info rules-are-no-sandbox'],
    ],
    ['allowed_web_search_modes = ["indexed"]\n', ['warning older-clients-refuse']],
    ['[mcp_servers]\n', ['warning no-mcp-servers']],
    ['allow_appshots = false\n\n# None is allowed here.\n[mcp_servers]\n', []],
    ['mcp_servers = {} # none\n', []],
    ['[mcp_servers.a]\nidentity = { command = "" }\n', ['warning identity-matches-nothing']],
    ['[application.network]\nenabled = true\n', ['info older-clients-ignore', 'info client-egress']],
    ['[permissions.filesystem]\ndeny_read = ["/**"]\n', ['warning denies-everything']],
    ['[permissions.filesystem]\ndeny_read = ["C:/secrets"]\n', ['warning windows-path']],
    ['[permissions.filesystem]\ndeny_read = ["secrets"]\n', ['warning relative-path']],
    ['[permissions.filesystem]\ndeny_read = ["**/.env"]\n', ['warning relative-path']],
    ['[permissions.filesystem]\ndeny_read = ["~/**/.env"]\n', []],
    ['[features]\nhooks = false\n[hooks]\nStop = [{ hooks = [{ type = "prompt" }] }]\n', ['warning broken-hook']],
    ['\uFEFFallow_appshots = false\n', ['warning byte-order-mark']],
  ])('%j', (document, codes) => {
    expect(codesOf(document)).toEqual(codes);
  });

  test('remarks about age follow the oldest client the workspace allows', () => {
    const document = 'allowed_web_search_modes = ["indexed"]\n';
    expect(validateDocument(document, { oldestClient: '0.163.0' })).toEqual([]);
    expect(validateDocument('allow_appshots = false\n', { oldestClient: '0.120.0' })).toMatchObject([
      { severity: 'info', code: 'older-clients-ignore' },
    ]);
  });
});

test('presets hold no error and no warning', () => {
  for (const { contents } of policyPresets) {
    expect(validateDocument(contents).filter(({ severity }) => severity !== 'info')).toEqual([]);
  }
});

test('any text gets an answer whose positions are in order', () => {
  const words = fc.constantFrom(
    ...'[ ] { } = , . \n " \' # true 1 1.5 "read-only" rules hooks features model_provider permissions \uFEFF'.split(
      ' ',
    ),
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 40 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (document) => {
      const places = validateDocument(document).map(({ from }) => from.line * 1e6 + from.column);
      expect(places).toEqual(places.toSorted((left, right) => left - right));
    }),
    { numRuns: 500 },
  );
});
