import path from 'node:path/posix';
import { nodeAt, type TomlNode } from './read-toml.ts';
import type { Report } from './report.ts';

/** Where clients put helper programs they must be able to run; home folders of people contain it. */
const clientFolder = '~/.codex/tmp';
const homeParents: readonly string[] = ['/home', '/Users'];
const everything: readonly string[] = ['/', '/**', '**', '**/*', '~/**', '~/*', '*'];

const isGlob = (written: string): boolean => /[*?[]/.test(written);

/** Relative entries count from the client's own folder. */
function plainPath(written: string): string {
  const home = written === '~' || written.startsWith('~/');
  const whole = home || written.startsWith('/') ? written : `~/.codex/${written}`;
  return path.normalize(whole).replace(/(.)\/$/, '$1');
}

function hidesClient(written: string): boolean {
  if (isGlob(written) || written === '/') return false;
  const denied = plainPath(written);
  return denied === clientFolder || clientFolder.startsWith(`${denied}/`) || homeParents.includes(denied);
}

function problemOf(node: TomlNode): { severity: 'error' | 'warning'; code: string; message: string } | null {
  const written = node.value;
  if (typeof written !== 'string') return null;
  if (/^([A-Za-z]:[\\/]|\\\\)/.test(written)) {
    const message = `${node.found} is a Windows path: clients on Linux and macOS refuse to start with it. Assign this policy to groups with Windows machines only.`;
    return { severity: 'warning', code: 'windows-path', message };
  }
  if (written.includes('\\') && !isGlob(written)) {
    const message = `${node.found} has a backslash: clients on Linux and macOS refuse to start with such a path. Write "/".`;
    return { severity: 'error', code: 'malformed', message };
  }
  if (hidesClient(written)) {
    const message = `${node.found} holds the client's own files (${clientFolder}): a client that may not read them refuses to start. Name the folders to protect instead, e.g. "~/.ssh".`;
    return { severity: 'error', code: 'locks-everyone-out', message };
  }
  if (everything.includes(written)) {
    const message = `${node.found} denies every file, so the client can do next to nothing. Name the folders to protect instead.`;
    return { severity: 'warning', code: 'denies-everything', message };
  }
  if (/^(\/|~\/)/.test(written)) return null;
  const message = `${node.found} is not absolute: clients look for it below their own folder (~/.codex), so files in projects stay readable. Write an absolute path, \`~/…\` or a glob such as \`~/**/.env\`.`;
  return { severity: 'warning', code: 'relative-path', message };
}

/** `permissions.filesystem.deny_read`: entries that stop the client itself, or protect something else than they seem to. */
export function checkDeniedPaths(root: TomlNode, report: Report): void {
  const list = ['permissions', 'filesystem', 'deny_read'];
  for (const [index, node] of nodeAt(root, list)?.children ?? []) {
    const problem = problemOf(node);
    if (problem) report({ ...problem, at: node, path: [...list, index] });
  }
}
