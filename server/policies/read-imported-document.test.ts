import { describe, expect, test } from 'vitest';
import { readImportedDocument } from './read-imported-document.ts';
import { validateDefaults } from './validate-defaults.ts';
import { isRefused, validateDocument } from './validate-document.ts';

const requirements = '# ours\r\nallowed_sandbox_modes = ["read-only"]\r\n';
const base64 = (text: string) => Buffer.from(text).toString('base64');

const profile = (values: Record<string, string>) => `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
  <key>PayloadContent</key><array><dict>
    <key>PayloadType</key><string>com.openai.codex</string>
    ${Object.entries(values)
      .map(([key, value]) => `<key>${key}</key>\n    <string>${value}</string>`)
      .join('\n    ')}
  </dict></array>
</dict></plist>
`;

function imported(text: string, fileName: string) {
  const result = readImportedDocument(text, fileName);
  expect(result.refusal).toBeNull();
  const document = result.imported ?? { contents: '', defaults: '', notes: [] };
  expect(isRefused(validateDocument(document.contents))).toBe(false);
  expect(isRefused(validateDefaults(document.defaults, document.contents))).toBe(false);
  for (const note of document.notes) expect(note).toMatch(/^[A-Z`].{20,}\.$/);
  return document;
}

describe('requirements', () => {
  test.each([
    ['a file', requirements, 'requirements.toml'],
    ['a file of another name', requirements, 'policy.toml'],
    ['base64', base64(requirements), 'value.txt'],
    ['base64 in lines', base64(requirements).replaceAll(/(.{20})/g, '$1\n'), 'requirements.b64'],
    ['a preference as text', `requirements_toml_base64 = "${base64(requirements)}"\n`, 'com.openai.codex.toml'],
    ['a profile', profile({ requirements_toml_base64: base64(requirements) }), 'codex.mobileconfig'],
  ])('from %s keep every byte', (_, text, fileName) => {
    expect(imported(text, fileName)).toEqual({ contents: requirements, defaults: '', notes: [] });
  });

  test('name what belongs to the machine', () => {
    const text = 'chatgpt_base_url = "https://reeve.corp/backend-api/"\nallow_appshots = false\n';
    expect(imported(text, 'requirements.toml').notes).toEqual([
      '`chatgpt_base_url` does nothing in a policy; leave it in the file of the machine.',
    ]);
  });
});

describe('a managed configuration', () => {
  const config = '# start here\napproval_policy = "on-request"\nsandbox_mode = "workspace-write"\nmodel = "corp"\n';

  test.each(['managed_config.toml', 'config.toml', 'codex.toml'])('%s binds as the client binds', (fileName) => {
    expect(imported(config, fileName)).toMatchObject({
      contents:
        'allowed_approval_policies = [ "on-request" ]\nallowed_sandbox_modes = [ "read-only", "workspace-write" ]\n',
      defaults: config,
      notes: [expect.stringContaining('`approval_policy`, `sandbox_mode` became requirements'), expect.anything()],
    });
  });

  test.each([
    ['approvals_reviewer = "auto_review"\n', 'allowed_approvals_reviewers = [ "auto_review", "user" ]\n'],
    ['approvals_reviewer = "user"\n', 'allowed_approvals_reviewers = [ "user" ]\n'],
    ['sandbox_mode = "read-only"\n', 'allowed_sandbox_modes = [ "read-only" ]\n'],
    ['model = "corp"\n', ''],
  ])('%j', (text, contents) => {
    expect(imported(text, 'managed_config.toml').contents.trim()).toBe(contents.trim());
  });

  test('beside requirements fills what they leave open', () => {
    const both = { requirements_toml_base64: base64(requirements), config_toml_base64: base64(config) };
    const { contents, defaults } = imported(profile(both), 'codex.plist');
    expect(contents).toBe(`allowed_approval_policies = [ "on-request" ]\n\n${requirements}`);
    expect(defaults).toBe(config);
  });
});

test.each([
  ['bplist00…', 'x.plist', /plutil -convert xml1/],
  ['0\u0082\0\u0001', 'x.mobileconfig', /without its signature/],
  ['<html/>', 'x.mobileconfig', /not a property list/],
  ['<plist><dict><key>a', 'x.plist', /not a property list/],
  ['<!DOCTYPE p [<!ENTITY a "b">]><plist/>', 'x.plist', /not a property list/],
  [profile({}), 'x.plist', /Neither/],
  [profile({ requirements_toml_base64: '§' }), 'x.plist', /not a property list with base64/],
  [profile({ requirements_toml_base64: base64('a = ') }), 'x.plist', /Inside the base64 text: Line 1 is not TOML/],
  ['a = ]\n', 'requirements.toml', /Line 1 is not TOML/],
  ['# nothing\n', 'requirements.toml', /no setting/],
  ['', 'requirements.toml', /no setting/],
  ['#'.repeat(300_000), 'requirements.toml', /too large/],
])('%# is refused in a sentence', (text, fileName, sentence) => {
  expect(readImportedDocument(text, fileName)).toEqual({ imported: null, refusal: expect.stringMatching(sentence) });
});
