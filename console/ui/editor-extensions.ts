import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, lintKeymap } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { cspNonce } from '#console/csp-nonce.ts';
import { type EditorLanguage, languageExtension } from './editor-languages.ts';

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.atom, tags.tagName], color: 'var(--code-key)' },
  { tag: tags.string, color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.literal], color: 'var(--code-number)' },
  { tag: tags.comment, color: 'var(--code-comment)' },
  { tag: tags.keyword, color: 'var(--code-key)' },
  { tag: tags.heading, color: 'var(--code-key)', fontWeight: '600' },
  { tag: tags.strong, fontWeight: '600' },
]);

const look = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'var(--raised)', fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '20px' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { color: 'var(--text-quiet)', backgroundColor: 'var(--sunken)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--quiet-ground) 50%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--info-ground)',
  },
  '.cm-tooltip': {
    color: 'var(--text)',
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: '4px',
    maxWidth: 'min(480px, 90vw)',
  },
  '.cm-description': { padding: '8px 12px', fontFamily: 'var(--mantine-font-family)' },
  '.cm-description p': { margin: '4px 0 0' },
  '.cm-description strong, .cm-description code': { fontFamily: 'var(--mantine-font-family-monospace)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--mantine-font-family-monospace)',
    maxHeight: '240px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '4px 8px !important' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--info-text) !important',
    backgroundColor: 'var(--info-ground) !important',
  },
  '.cm-completionDetail': { fontFamily: 'var(--mantine-font-family)', fontStyle: 'normal', color: 'var(--text-quiet)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
  '.cm-tooltip.cm-completionInfo': { padding: '8px 12px', fontFamily: 'var(--mantine-font-family)' },
  // Beside the list there is no room on a phone, and over it nobody could choose.
  '@media (max-width: 700px)': { '.cm-tooltip.cm-completionInfo': { display: 'none' } },
  '.cm-snippetField': { backgroundColor: 'var(--info-ground)' },
  '.cm-diagnostic': { padding: '8px 12px', fontFamily: 'var(--mantine-font-family)' },
  '.cm-diagnosticAction': {
    color: 'var(--info-text)',
    backgroundColor: 'var(--info-ground)',
    borderRadius: '4px',
    padding: '4px 8px',
    font: 'inherit',
  },
});

/** Everything the editor needs except what changes: read-only state, label, diagnostics. Tab stays the browser's, to leave the editor. */
export const editorExtensions = (language: EditorLanguage): Extension[] => [
  EditorView.cspNonce.of(cspNonce),
  lineNumbers(),
  lintGutter(),
  history(),
  drawSelection(),
  highlightSpecialChars(),
  highlightActiveLine(),
  bracketMatching(),
  languageExtension(language),
  syntaxHighlighting(colours),
  look,
  EditorView.lineWrapping,
  keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
];
