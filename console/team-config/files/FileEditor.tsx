import { Button, Checkbox } from '@mantine/core';
import { useMemo, useState } from 'react';
import { CodeEditor } from '#console/ui/CodeEditor.tsx';
import type { EditorDiagnostic } from '#console/ui/editor-diagnostics.ts';
import { languageOf } from '#console/ui/editor-languages.ts';
import type { BundleFile, TeamConfigFinding } from '#contract/team-config-files.ts';
import { withFile } from '../working-files.ts';
import { BinaryFile } from './BinaryFile.tsx';
import { DeleteFile } from './DeleteFile.tsx';
import classes from './Files.module.css';
import { RenameFile } from './RenameFile.tsx';

interface FileEditorProps {
  file: BundleFile;
  files: BundleFile[];
  findings: TeamConfigFinding[];
  isReadOnly: boolean;
  jumpTo: { line: number; column: number } | undefined;
  onChange: (edit: (files: BundleFile[]) => BundleFile[]) => void;
  /** After it was renamed or deleted: what to show now. */
  onMoved: (path: string | undefined) => void;
}

/** Findings as the editor shows them at their lines. */
const toDiagnostic = ({
  severity,
  message,
  fix,
  line,
  column,
  endLine,
  endColumn,
}: TeamConfigFinding): EditorDiagnostic => ({
  severity: severity === 'note' ? 'info' : severity,
  message: fix ? `${message} ${fix}` : message,
  from: { line, column },
  to: { line: endLine, column: endColumn },
  fix: null,
});

/** One file of the draft: its text, its mode, its name. */
export function FileEditor({ file, files, findings, isReadOnly, jumpTo, onChange, onMoved }: FileEditorProps) {
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null);
  const diagnostics = useMemo(
    () => findings.filter((finding) => finding.file === file.path).map(toDiagnostic),
    [findings, file.path],
  );
  const close = () => setAsked(null);
  return (
    <>
      <div className={classes.head}>
        <h2 className={classes.path}>{file.path}</h2>
        <div className={classes.actions}>
          <Checkbox
            label="Executable"
            size="xs"
            disabled={isReadOnly}
            checked={file.executable}
            onChange={(event) => {
              const executable = event.currentTarget.checked;
              onChange((now) => withFile(now, { ...file, executable }));
            }}
          />
          {!isReadOnly && (
            <>
              <Button size="compact-sm" variant="default" onClick={() => setAsked('rename')}>
                Rename
              </Button>
              <Button size="compact-sm" variant="default" onClick={() => setAsked('delete')}>
                Delete
              </Button>
            </>
          )}
        </div>
      </div>
      {file.encoding === 'base64' ? (
        <BinaryFile file={file} />
      ) : (
        <CodeEditor
          label={file.path}
          language={languageOf(file.path)}
          value={file.content}
          onChange={(content) => onChange((now) => withFile(now, { ...file, content }))}
          diagnostics={diagnostics}
          isReadOnly={isReadOnly}
          jumpTo={jumpTo}
        />
      )}
      {asked === 'rename' && (
        <RenameFile file={file} files={files} onChange={onChange} onRenamed={onMoved} onClose={close} />
      )}
      {asked === 'delete' && (
        <DeleteFile
          path={file.path}
          onClose={close}
          onDelete={() => {
            onChange((now) => now.filter(({ path }) => path !== file.path));
            onMoved(undefined);
          }}
        />
      )}
    </>
  );
}
