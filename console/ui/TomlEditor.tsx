import { CodeEditor, type CodeEditorProps } from './CodeEditor.tsx';

/** A TOML document with somebody else's diagnostics at their lines. */
export const TomlEditor = (props: Omit<CodeEditorProps, 'language'>) => <CodeEditor language="toml" {...props} />;
