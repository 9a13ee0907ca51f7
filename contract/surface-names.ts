import { type CodexSurface, codexSurfaces } from './codex-surfaces.ts';

const names: Partial<Record<CodexSurface, string>> = {
  CODEX_CLI: 'CLI',
  CODEX_WEB: 'Codex cloud',
  CODEX_CHROME_EXTENSION_SIDE_PANEL: 'Chrome side panel',
  CODEX_DESKTOP_APP: 'Desktop app',
  CODEX_CHATGPT_DESKTOP: 'ChatGPT desktop',
  CODEX_CLOUD_GENERAL_AGENT: 'Cloud agent',
  CODEX_WORK_WEB: 'Work, web',
  CODEX_WORK_MOBILE: 'Work, mobile',
  CODEX_WORK_DESKTOP: 'Work, desktop',
  CODEX_IDE_VSCODE: 'VS Code',
  CODEX_IDE_XCODE: 'Xcode',
  CODEX_SLACK: 'Slack',
  CODEX_GITHUB: 'GitHub',
  CODEX_GITHUB_ACTION: 'GitHub Action',
  CODEX_SDK_TS: 'SDK',
  CODEX_SERVICE_EXEC: 'Scripts (exec)',
  CODEX_UNKNOWN_DEFAULT: 'Unknown client',
};

/** "INTELLIJ_IDEA_COMMUNITY_EDITION" → "Intellij Idea Community Edition" */
const inWords = (name: string) =>
  name
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join(' ');

/** For people: "CLI", "VS Code", "JetBrains Pycharm". */
export function surfaceName(surface: CodexSurface): string {
  const jetbrains = /^CODEX_IDE_JETBRAINS_(.+)$/.exec(surface)?.[1];
  return names[surface] ?? (jetbrains ? `JetBrains ${inWords(jetbrains)}` : inWords(surface.replace(/^CODEX_/, '')));
}

export const isCodexSurface = (name: string | null): name is CodexSurface =>
  codexSurfaces.some((surface) => surface === name);
