import { expect, it } from 'vitest';
import { surfaceOf, surfaceOfEvent } from './surface-of.ts';

it.each([
  ['codex_cli_rs', 'CODEX_CLI'],
  ['codex_exec', 'CODEX_CLI'],
  ['codex-tui', 'CODEX_CLI'],
  ['codex_vscode', 'CODEX_IDE_VSCODE'],
  ['codex_sdk_ts', 'CODEX_SDK_TS'],
  ['Codex Desktop', 'CODEX_DESKTOP_APP'],
  ['codex_chatgpt_desktop', 'CODEX_CHATGPT_DESKTOP'],
  ['codex_github_action', 'CODEX_GITHUB_ACTION'],
  ['CODEX_SERVICE_EXEC', 'CODEX_SERVICE_EXEC'],
  ['Xcode', 'CODEX_IDE_XCODE'],
  ['codex_ide_xcode', 'CODEX_IDE_XCODE'],
  ['codex_ide_jetbrains_goland', 'CODEX_IDE_JETBRAINS_GOLAND'],
  ['JetBrains IntelliJ IDEA', 'CODEX_IDE_JETBRAINS_INTELLIJ_IDEA'],
  ['codex-jetbrains', 'CODEX_IDE_JETBRAINS_CLIENT'],
  ['PyCharm', 'CODEX_IDE_JETBRAINS_PYCHARM'],
  ['gateway', 'CODEX_UNKNOWN_DEFAULT'],
  ['__proto__', 'CODEX_UNKNOWN_DEFAULT'],
  ['my own tool', 'CODEX_UNKNOWN_DEFAULT'],
  ['', 'CODEX_UNKNOWN_DEFAULT'],
  [null, 'CODEX_UNKNOWN_DEFAULT'],
])('%s is %s', (client, surface) => {
  expect(surfaceOf(client)).toBe(surface);
});

it('counts as hosted what is hosted, and nothing that only says so', () => {
  expect(surfaceOfEvent('codex_web', { isHosted: true })).toBe('CODEX_WEB');
  expect(surfaceOfEvent('codex_exec', { isHosted: true })).toBe('CODEX_WEB');
  expect(surfaceOfEvent('codex_web', { isHosted: false })).toBe('CODEX_UNKNOWN_DEFAULT');
  expect(surfaceOfEvent('codex_exec', { isHosted: false })).toBe('CODEX_CLI');
});
