import { type CodexSurface, codexSurfaces } from '#contract/codex-surfaces.ts';

const known: ReadonlySet<string> = new Set(codexSurfaces);
const isSurface = (name: string): name is CodexSurface => known.has(name);

/** The names by which stock clients call themselves (header `originator`, start of the user agent, `service.name`), in capitals and words. */
const ownNames: Readonly<Record<string, CodexSurface>> = {
  CODEX_CLI_RS: 'CODEX_CLI',
  CODEX_TUI: 'CODEX_CLI',
  CODEX_EXEC: 'CODEX_CLI',
  CODEX_MCP_SERVER: 'CODEX_CLI',
  CODEX_VSCODE: 'CODEX_IDE_VSCODE',
  VSCODE: 'CODEX_IDE_VSCODE',
  VISUAL_STUDIO_CODE: 'CODEX_IDE_VSCODE',
  CODEX_XCODE: 'CODEX_IDE_XCODE',
  XCODE: 'CODEX_IDE_XCODE',
  CODEX_DESKTOP: 'CODEX_DESKTOP_APP',
  CODEX_APP: 'CODEX_DESKTOP_APP',
  CHATGPT_DESKTOP: 'CODEX_CHATGPT_DESKTOP',
  CODEX_ACTION: 'CODEX_GITHUB_ACTION',
  GITHUB_ACTION: 'CODEX_GITHUB_ACTION',
};

/** `IntelliJ IDEA`, `codex_jetbrains-goland`, `JetBrains.RIDER`, … */
function jetbrainsProduct(words: string): CodexSurface | null {
  const [, product] = /^(?:CODEX_)?(?:IDE_)?JETBRAINS(?:_(.*))?$/.exec(words) ?? [];
  const isNamedSo = words.includes('JETBRAINS');
  const surface = `CODEX_IDE_JETBRAINS_${product ?? (isNamedSo ? 'CLIENT' : words)}`;
  // A word such as `client` or `gateway` alone is nobody's IDE.
  if (!isNamedSo && ['CLIENT', 'GATEWAY', 'MPS'].includes(words)) return null;
  return isSurface(surface) ? surface : null;
}

/**
 * Where somebody works, from the name the client gives itself. It is the client's word, never a proof.
 * @returns `CODEX_UNKNOWN_DEFAULT` for a name that is not known, as the vendor does
 */
export function surfaceOf(client: string | null): CodexSurface {
  const words = (client ?? '')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '');
  const named = Object.hasOwn(ownNames, words) ? ownNames[words] : undefined;
  if (named) return named;
  if (isSurface(words)) return words;
  if (isSurface(`CODEX_${words}`)) return `CODEX_${words}` as CodexSurface;
  return jetbrainsProduct(words) ?? 'CODEX_UNKNOWN_DEFAULT';
}

/** The surface of tasks that Reeve hosts. */
const hostedSurface = 'CODEX_WEB' satisfies CodexSurface;

/** Where an event belongs. What is hosted is proved by its credential, so that no other client counts as that. */
export function surfaceOfEvent(client: string | null, { isHosted }: { isHosted: boolean }): CodexSurface {
  if (isHosted) return hostedSurface;
  const said = surfaceOf(client);
  return said === hostedSurface ? 'CODEX_UNKNOWN_DEFAULT' : said;
}
