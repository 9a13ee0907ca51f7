import { setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import classes from './CodeEditor.module.css';
import { assistExtensions, type EditorAssist } from './editor-assist.ts';
import { type EditorDiagnostic, offsetOf, toEditorDiagnostics } from './editor-diagnostics.ts';
import { editorExtensions } from './editor-extensions.ts';
import type { EditorLanguage } from './editor-languages.ts';

export interface CodeEditorProps {
  label: string;
  /** Read once, when the editor is made, as `assist` is. */
  language: EditorLanguage;
  value: string;
  onChange: (value: string) => void;
  diagnostics: EditorDiagnostic[];
  isReadOnly?: boolean;
  /** Completion and documentation; read once, when the editor is made. */
  assist?: EditorAssist;
  /** Puts the cursor there and the focus into the editor whenever it becomes another object. */
  jumpTo?: { line: number; column: number } | undefined;
}

/** Marks what the page put in, which nobody typed: reporting it would overwrite a draft that is still being read. */
const fromPage = Annotation.define<boolean>();

/** A text with somebody else's diagnostics at their lines. */
export function CodeEditor(props: CodeEditorProps) {
  const { label, language, value, onChange, diagnostics, isReadOnly = false, assist, jumpTo } = props;
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<EditorView>(null);
  const attributes = useRef(new Compartment());
  const report = useRef(onChange);
  report.current = onChange;
  const firstAssist = useRef(assist);
  const firstLanguage = useRef(language);

  // The editor is made once; what it starts with is corrected by the effects below.
  useEffect(() => {
    if (!parent.current) return;
    const view = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        extensions: [
          editorExtensions(firstLanguage.current),
          attributes.current.of([]),
          firstAssist.current ? assistExtensions(firstAssist.current) : [],
          EditorView.updateListener.of((update) => {
            const isTyped = !update.transactions.some((change) => change.annotation(fromPage));
            if (update.docChanged && isTyped) report.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    editor.current = view;
    return () => view.destroy();
  }, []);

  useEffect(() => {
    const view = editor.current;
    if (!view || view.state.doc.toString() === value) return;
    view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: value }, annotations: fromPage.of(true) });
  }, [value]);

  useEffect(() => {
    const hasError = diagnostics.some(({ severity }) => severity === 'error');
    editor.current?.dispatch({
      effects: attributes.current.reconfigure([
        EditorState.readOnly.of(isReadOnly),
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-invalid': String(hasError),
          'aria-readonly': String(isReadOnly),
          // It has the focus by itself, but checkers of what scrolls do not know that.
          tabindex: '0',
        }),
      ]),
    });
  }, [label, isReadOnly, diagnostics]);

  useEffect(() => {
    const view = editor.current;
    if (view) view.dispatch(setDiagnostics(view.state, toEditorDiagnostics(view.state.doc, diagnostics)));
  }, [diagnostics]);

  useEffect(() => {
    const view = editor.current;
    if (!view || !jumpTo) return;
    const position = offsetOf(view.state.doc, jumpTo);
    view.dispatch({ selection: { anchor: position }, scrollIntoView: true });
    view.focus();
  }, [jumpTo]);

  return <div ref={parent} className={classes.editor} />;
}
