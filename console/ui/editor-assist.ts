import { autocompletion, type Completion, completionKeymap, snippetCompletion } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import { hoverTooltip, keymap } from '@codemirror/view';

export interface EditorSuggestion {
  label: string;
  kind: string;
  /** `#{…}` is where the cursor goes next. */
  template: string;
  detail: string | null;
  info: string | null;
}

/** What somebody who knows the kind of document offers while it is written. */
export interface EditorAssist {
  complete: (text: string, offset: number) => { from: number; suggestions: EditorSuggestion[] } | null;
  describe: (text: string, offset: number) => { from: number; to: number; title: string; lines: string[] } | null;
}

const toCompletion = ({ label, kind, template, detail, info }: EditorSuggestion): Completion => {
  const shown: Completion = { label, type: kind, ...(detail && { detail }), ...(info && { info }) };
  return template.includes('#{') ? snippetCompletion(template, shown) : { ...shown, apply: template };
};

/** Sentences mark code with backticks. */
function sentenceElement(text: string): HTMLElement {
  const line = document.createElement('p');
  for (const [index, part] of text.split('`').entries()) {
    if (index % 2 === 0) line.append(part);
    else line.appendChild(document.createElement('code')).textContent = part;
  }
  return line;
}

function descriptionElement(title: string, lines: string[]): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-description';
  box.appendChild(document.createElement('strong')).textContent = title;
  box.append(...lines.map(sentenceElement));
  return box;
}

/** Completion while typing (Ctrl Space asks for it) and documentation on hover. */
export const assistExtensions = ({ complete, describe }: EditorAssist): Extension[] => [
  autocompletion({
    icons: false,
    override: [
      ({ state, pos, explicit }) => {
        const found = complete(state.doc.toString(), pos);
        if (!found || (!explicit && found.from === pos && state.sliceDoc(pos - 1, pos).trim() === '')) return null;
        return { from: found.from, options: found.suggestions.map(toCompletion), validFor: /^[\w-]*$/ };
      },
    ],
  }),
  keymap.of(completionKeymap),
  hoverTooltip(({ state }, position) => {
    const found = describe(state.doc.toString(), position);
    if (!found) return null;
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => ({ dom: descriptionElement(found.title, found.lines) }),
    };
  }),
];
