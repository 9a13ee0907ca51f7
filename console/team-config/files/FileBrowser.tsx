import { useState } from 'react';
import { CodeEditor } from '#console/ui/CodeEditor.tsx';
import { languageOf } from '#console/ui/editor-languages.ts';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { BundleFile } from '#contract/team-config-files.ts';
import { BinaryFile } from './BinaryFile.tsx';
import classes from './Files.module.css';
import { FileTree } from './FileTree.tsx';

const nothing = () => undefined;

/** Files to look at and not to change. */
export function FileBrowser({ files }: { files: BundleFile[] }) {
  const [selected, setSelected] = useState<string | null>(null);
  const file = files.find(({ path }) => path === selected) ?? files[0];
  if (!file) return <p>It has no files.</p>;
  return (
    <div className={classes.columns}>
      <div className={classes.side}>
        <FileTree files={files} selected={file.path} onSelect={setSelected} />
      </div>
      <div className={classes.side}>
        <div className={classes.head}>
          <h3 className={classes.path}>{file.path}</h3>
          {file.executable && <StatusBadge tone="quiet">Executable</StatusBadge>}
        </div>
        {file.encoding === 'base64' ? (
          <BinaryFile file={file} />
        ) : (
          <CodeEditor
            key={file.path}
            label={file.path}
            language={languageOf(file.path)}
            value={file.content}
            onChange={nothing}
            diagnostics={noDiagnostics}
            isReadOnly
          />
        )}
      </div>
    </div>
  );
}

const noDiagnostics: never[] = [];
