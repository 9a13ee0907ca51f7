import { StreamLanguage, type StreamParser } from '@codemirror/language';
import { json } from '@codemirror/legacy-modes/mode/javascript';
import { python } from '@codemirror/legacy-modes/mode/python';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { toml } from '@codemirror/legacy-modes/mode/toml';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import type { Extension } from '@codemirror/state';

export type EditorLanguage = 'toml' | 'markdown' | 'python' | 'yaml' | 'shell' | 'json' | 'text';

interface MarkdownState {
  /** Inside a code block that three backticks opened. */
  isCode: boolean;
  /** Inside the front matter that three hyphens on the first line opened. */
  isFront: boolean;
  line: number;
}

/** As much of Markdown as helps while writing: headings, code, what is strong, the keys of the front matter. */
const markdown: StreamParser<MarkdownState> = {
  startState: () => ({ isCode: false, isFront: false, line: 0 }),
  blankLine(state) {
    state.line += 1;
  },
  token(stream, state) {
    if (stream.sol()) {
      state.line += 1;
      if (stream.match(/^---\s*$/) && (state.isFront || state.line === 1)) {
        state.isFront = !state.isFront;
        return 'comment';
      }
      if (stream.match(/^\s*```.*$/)) {
        state.isCode = !state.isCode;
        return 'string';
      }
      if (state.isFront && stream.match(/^[\w-]+(?=:)/)) return 'propertyName';
      if (!state.isCode && !state.isFront && stream.match(/^#{1,6} .*$/)) return 'heading';
    }
    if (state.isCode) {
      stream.skipToEnd();
      return 'string';
    }
    if (stream.match(/^`[^`]+`/)) return 'string';
    if (stream.match(/^\*\*[^*]+\*\*/)) return 'strong';
    stream.next();
    return null;
  },
};

const parsers: Partial<Record<EditorLanguage, StreamLanguage<unknown>>> = {
  toml: StreamLanguage.define<unknown>(toml),
  markdown: StreamLanguage.define(markdown) as StreamLanguage<unknown>,
  python: StreamLanguage.define<unknown>(python),
  yaml: StreamLanguage.define<unknown>(yaml),
  shell: StreamLanguage.define<unknown>(shell),
  json: StreamLanguage.define<unknown>(json),
};

/** Colours for a language; none for plain text. */
export const languageExtension = (language: EditorLanguage): Extension => parsers[language] ?? [];

const byEnding: Record<string, EditorLanguage> = {
  toml: 'toml',
  md: 'markdown',
  rules: 'python',
  star: 'python',
  py: 'python',
  yaml: 'yaml',
  yml: 'yaml',
  sh: 'shell',
  bash: 'shell',
  json: 'json',
};

/** Command rules are written in Starlark, which looks like Python. */
export const languageOf = (path: string): EditorLanguage =>
  byEnding[path.split('.').pop()?.toLowerCase() ?? ''] ?? 'text';
