import { expect, test } from 'vitest';
import { clientVersionRemarks } from './client-version-remarks.ts';
import { fitValues } from './fit-document.ts';
import { policyPresets } from './policy-presets.ts';

const short = (document: string) =>
  clientVersionRemarks(document).map(
    ({ version, keyPath, effect, from }) => `${version} ${effect} ${keyPath} ${from.line}:${from.column}`,
  );

test.each([
  ['allowed_sandbox_modes = ["read-only"]\n', []],
  ['allow_login_shell = false\n', ['0.120.0 ignored allow_login_shell 1:21', '0.140.0 ignored allow_login_shell 1:21']],
  [
    'allowed_web_search_modes = ["cached", "indexed"]\n',
    ['0.120.0 refused allowed_web_search_modes[1] 1:39', '0.140.0 refused allowed_web_search_modes[1] 1:39'],
  ],
  ['allowed_approvals_reviewers = ["auto_review"]\n', ['0.120.0 replaced allowed_approvals_reviewers[0] 1:32']],
  [
    '[features]\nultrafast_mode = true\nmemories = false\n',
    ['0.120.0 refused features.ultrafast_mode 2:18', '0.140.0 ignored features.ultrafast_mode 2:18'],
  ],
  [
    '[features]\njs_repl_tools_only = true\n',
    ['0.120.0 refused features.js_repl_tools_only 2:22', '0.169.0 ignored features.js_repl_tools_only 2:22'],
  ],
  [
    '[features]\njs_repl = true\njs_repl_tools_only = true\n',
    ['0.169.0 ignored features.js_repl 2:11', '0.169.0 ignored features.js_repl_tools_only 3:22'],
  ],
  [
    '[application.storage]\ndefault_project_parent = "~/x"\n',
    ['0.120.0 ignored application 1:2', '0.140.0 ignored application 1:2', '0.163.0 refused application.storage 1:14'],
  ],
  [
    '[[hooks.Stop]]\nhooks = [{ type = "mcp_tool", server = "s", tool = "t" }]\n',
    ['0.120.0 ignored hooks 1:3', '0.140.0 refused hooks.Stop[0].hooks[0].type 2:19'],
  ],
  ['not toml', []],
])('%j', (document, remarks) => {
  expect(short(document)).toEqual(remarks);
});

test('says in words what Reeve sends instead', () => {
  const document = '[rules]\nprefix_rules = [{ pattern = [{ token = "rm" }], decision = "prompt-user" }]\n';
  const remarks = clientVersionRemarks(document, ['0.163.0', '0.169.0']);
  expect(remarks).toMatchObject([
    {
      version: '0.163.0',
      keyPath: 'rules.prefix_rules[0].decision',
      effect: 'replaced',
      message:
        '0.163.0 would refuse to start with `rules.prefix_rules[0].decision` = "prompt-user"; Reeve sends "prompt" to this version.',
    },
  ]);
  expect(fitValues(document, '0.163.0')).toMatchObject({ rules: { prefix_rules: [{ decision: 'prompt' }] } });
});

test('a document without remarks for a version is delivered to it whole', () => {
  for (const { contents } of policyPresets) {
    for (const version of ['0.140.0', '0.163.0', '0.169.0']) {
      if (clientVersionRemarks(contents, [version]).length > 0) continue;
      expect(fitValues(contents, version)).toEqual(fitValues(contents, '0.169.0'));
    }
  }
});
