import { UnstyledButton } from '@mantine/core';
import { FileText, Folder } from 'lucide-react';
import type { BundleFile } from '#contract/team-config-files.ts';
import { type FileFolder, folderTree, nameOf } from '../working-files.ts';
import classes from './Files.module.css';

/** What is to be said about a file behind its name: a word, never a colour alone. */
export interface FileMark {
  word: string;
  tone?: 'bad' | 'warn' | undefined;
}

interface FileTreeProps {
  files: BundleFile[];
  selected: string | null;
  marks?: ReadonlyMap<string, FileMark> | undefined;
  onSelect: (path: string) => void;
}

/** The files by their folders, as a nested list: every file is reached by Tab. */
export function FileTree({ files, ...props }: FileTreeProps) {
  return (
    <nav aria-label="Files" className={classes.tree}>
      <Level folder={folderTree(files)} {...props} />
    </nav>
  );
}

function Level({ folder, ...props }: Omit<FileTreeProps, 'files'> & { folder: FileFolder }) {
  return (
    <ul className={classes.level}>
      {folder.folders.map((inner) => (
        <li key={inner.name}>
          <span className={classes.folder}>
            <Folder size={16} aria-hidden />
            {inner.name}
          </span>
          <Level folder={inner} {...props} />
        </li>
      ))}
      {folder.files.map(({ path }) => (
        <li key={path}>
          <FileEntry path={path} {...props} />
        </li>
      ))}
    </ul>
  );
}

function FileEntry({ path, selected, marks, onSelect }: Omit<FileTreeProps, 'files'> & { path: string }) {
  const mark = marks?.get(path);
  return (
    <UnstyledButton
      className={classes.file ?? ''}
      aria-current={path === selected || undefined}
      title={path}
      onClick={() => onSelect(path)}
    >
      <FileText size={16} aria-hidden />
      <span className={classes.fileName}>{nameOf(path)}</span>
      {mark && (
        <span className={classes.mark} data-tone={mark.tone}>
          {mark.word}
        </span>
      )}
    </UnstyledButton>
  );
}
