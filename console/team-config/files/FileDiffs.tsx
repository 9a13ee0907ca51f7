import { CodeDiff } from '#console/ui/CodeDiff.tsx';
import { languageOf } from '#console/ui/editor-languages.ts';
import { formatBytes } from '#console/ui/figures.ts';
import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import { type FileChange, sizeOf } from '../working-files.ts';
import classes from './Files.module.css';

const looks: Record<FileChange['kind'], { tone: Tone; word: string }> = {
  added: { tone: 'ok', word: 'New' },
  removed: { tone: 'bad', word: 'Removed' },
  changed: { tone: 'info', word: 'Changed' },
};

interface FileDiffsProps {
  changes: FileChange[];
  labels: { before: string; after: string };
  /** One text with what went and what came, where there is no room for two. */
  isUnified?: boolean;
}

/** What differs between two states of a bundle, file by file. */
export function FileDiffs({ changes, labels, isUnified = false }: FileDiffsProps) {
  if (changes.length === 0) return <p>Nothing differs.</p>;
  return (
    <div className={classes.diffs}>
      {changes.map((change) => (
        <section key={change.path} aria-label={change.path}>
          <div className={classes.diffTitle}>
            <code>{change.path}</code>
            <StatusBadge tone={looks[change.kind].tone}>{looks[change.kind].word}</StatusBadge>
            <ModeChange change={change} />
          </div>
          <Content change={change} sideBySide={isUnified ? undefined : labels} />
        </section>
      ))}
    </div>
  );
}

function ModeChange({ change: { before, after } }: { change: FileChange }) {
  if (!after || (before?.executable ?? false) === after.executable) return null;
  return <span>{after.executable ? 'Becomes executable' : 'Is no longer executable'}</span>;
}

function Content({ change, sideBySide }: { change: FileChange; sideBySide: FileDiffsProps['labels'] | undefined }) {
  const { path, before, after } = change;
  if (before?.encoding === 'base64' || after?.encoding === 'base64')
    return (
      <p>
        No text: {before ? formatBytes(sizeOf(before)) : 'nothing'} before,{' '}
        {after ? formatBytes(sizeOf(after)) : 'nothing'} after.
      </p>
    );
  if (before?.content === after?.content) return null;
  return (
    <CodeDiff
      label={path}
      language={languageOf(path)}
      before={before?.content ?? ''}
      after={after?.content ?? ''}
      sideBySide={before && after ? sideBySide : undefined}
    />
  );
}
