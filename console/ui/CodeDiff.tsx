import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useRef } from 'react';
import classes from './CodeDiff.module.css';
import { editorExtensions } from './editor-extensions.ts';
import type { EditorLanguage } from './editor-languages.ts';

export interface CodeDiffProps {
  label: string;
  language: EditorLanguage;
  before: string;
  after: string;
  /** Both texts beside each other, with what they are; on a phone one text with what went and what came. */
  sideBySide?: { before: string; after: string } | undefined;
}

const collapseUnchanged = { margin: 2, minSize: 5 };

const readOnly = (label: string, language: EditorLanguage): Extension[] => [
  editorExtensions(language),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  EditorView.contentAttributes.of({ 'aria-label': label, 'aria-readonly': 'true', tabindex: '0' }),
];

/** What changes in a text, line by line. */
export function CodeDiff({ label, language, before, after, sideBySide }: CodeDiffProps) {
  const parent = useRef<HTMLDivElement>(null);
  const isPhone = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false });
  const left = isPhone ? undefined : sideBySide?.before;
  const right = isPhone ? undefined : sideBySide?.after;
  useEffect(() => {
    if (!parent.current) return;
    const view =
      left !== undefined && right !== undefined
        ? new MergeView({
            parent: parent.current,
            a: { doc: before, extensions: readOnly(`${label}: ${left}`, language) },
            b: { doc: after, extensions: readOnly(`${label}: ${right}`, language) },
            collapseUnchanged,
          })
        : new EditorView({
            parent: parent.current,
            state: EditorState.create({
              doc: after,
              extensions: [
                readOnly(label, language),
                // Of a new text everything came: nothing in it has to be pointed out.
                unifiedMergeView({
                  original: before,
                  mergeControls: false,
                  collapseUnchanged,
                  highlightChanges: before !== '',
                }),
              ],
            }),
          });
    return () => view.destroy();
  }, [label, language, before, after, left, right]);
  return (
    <div className={classes.diff}>
      {left !== undefined && (
        <div className={classes.sides} aria-hidden>
          <span>{left}</span>
          <span>{right}</span>
        </div>
      )}
      <div ref={parent} className={left === undefined ? classes.text : undefined} />
    </div>
  );
}
