import { CodeDiff, type CodeDiffProps } from './CodeDiff.tsx';

/** What changes in a TOML document, line by line. */
export const TomlDiff = (props: Omit<CodeDiffProps, 'language'>) => <CodeDiff language="toml" {...props} />;
