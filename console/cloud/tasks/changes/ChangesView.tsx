import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { ViewType } from 'react-diff-view';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { saveFile } from '#console/ui/save-file.ts';
import { isEnded } from '#contract/task-states.ts';
import type { Task, TaskAttempt } from '#contract/tasks.ts';
import { ChangedLines } from '../ChangedLines.tsx';
import { attemptName } from '../task-words.ts';
import classes from './Changes.module.css';
import { FileDiff, fileAnchor } from './FileDiff.tsx';
import { type DiffFile, readDiff } from './read-diff.ts';
import { useComments } from './use-comments.ts';

interface ChangesViewProps {
  task: Task;
  attempt: TaskAttempt;
  /** Of the address: it is open and in sight. */
  file: string | undefined;
  onFile: (path: string) => void;
}

function sayNoChanges({ state, stats }: TaskAttempt): string {
  if (!isEnded(state)) return 'Nothing is changed yet. Changes appear here as they grow.';
  return stats !== null && stats.filesModified > 0
    ? 'What this attempt changed is not kept any more: its time in this workspace was over.'
    : 'This attempt changed no files.';
}

/** What an attempt changed, file by file. */
export function ChangesView(props: ChangesViewProps) {
  const { task, attempt } = props;
  const diff = useQuery(
    api.tasks.diff.queryOptions({
      input: { id: task.id, attemptId: attempt.id },
      enabled: attempt.hasDiff,
      staleTime: isEnded(attempt.state) ? Number.POSITIVE_INFINITY : 0,
    }),
  );
  if (!attempt.hasDiff) return <EmptyState>{sayNoChanges(attempt)}</EmptyState>;
  return (
    <Loaded query={diff} what="The changes could not be loaded" skeleton={<RowSkeletons rows={6} />}>
      {(data) => <LoadedChanges {...props} diff={data.diff} isFinal={data.isFinal} />}
    </Loaded>
  );
}

/** Long files are folded, and so are all but the first ones: a page of 5 MB would stand still. */
const longFile = 800;
const openAtFirst = 25;

function LoadedChanges(props: ChangesViewProps & { diff: string; isFinal: boolean }) {
  const { task, attempt, diff, isFinal, file: wanted, onFile } = props;
  const files = useMemo(() => readDiff(diff), [diff]);
  const isPhone = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false });
  const [view, setView] = useState<ViewType>('unified');
  const [changed, setChanged] = useState<Record<string, boolean>>({});
  const isNewestTurn = attempt.turnNumber === task.turns.at(-1)?.number;
  const commenting = useComments({
    taskId: task.id,
    attemptId: attempt.id,
    comments: task.comments,
    isAllowed: isFinal && isNewestTurn && isEnded(attempt.state),
  });
  const isOpen = ({ path, added, removed }: DiffFile, index: number) =>
    changed[path] ?? (path === wanted || (index < openAtFirst && added + removed <= longFile));
  if (files === null || files.length === 0) return <Unreadable diff={diff} />;
  const go = (path: string) => {
    setChanged((old) => ({ ...old, [path]: true }));
    onFile(path);
    requestAnimationFrame(() => document.getElementById(fileAnchor(path))?.scrollIntoView({ block: 'start' }));
  };
  const open = files.filter(isOpen).length;
  return (
    <>
      <div className={classes.bar}>
        <Text size="sm" c="dimmed">
          {isFinal ? '' : 'So far: '}
          {countOf(files.length, 'file')} changed <ChangedLines stats={attempt.stats} />
        </Text>
        <Group gap={8}>
          {!isPhone && (
            <SegmentedControl
              size="xs"
              aria-label="How changes are shown"
              value={view}
              data={[
                { value: 'unified', label: 'One column' },
                { value: 'split', label: 'Side by side' },
              ]}
              onChange={(value) => setView(value === 'split' ? 'split' : 'unified')}
            />
          )}
          <Button
            size="xs"
            variant="default"
            onClick={() => setChanged(Object.fromEntries(files.map(({ path }) => [path, open === 0])))}
          >
            {open === 0 ? 'Unfold all' : 'Fold all'}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<Download size={14} aria-hidden />}
            onClick={() => saveFile(`${attemptName(attempt).toLowerCase().replace(' ', '-')}.diff`, diff)}
          >
            Diff
          </Button>
        </Group>
      </div>
      <div className={classes.columns} data-list={files.length > 1 || undefined}>
        {files.length > 1 && <FileList files={files} wanted={wanted} onGo={go} />}
        <div className={classes.filesOf}>
          {files.map((file, index) => (
            <FileDiff
              key={file.path}
              file={file}
              viewType={isPhone ? 'unified' : view}
              isOpen={isOpen(file, index)}
              onOpenChange={(isNowOpen) => setChanged((old) => ({ ...old, [file.path]: isNowOpen }))}
              commenting={commenting}
            />
          ))}
        </div>
      </div>
    </>
  );
}

function Unreadable({ diff }: { diff: string }) {
  if (diff.trim() === '') return <EmptyState>This attempt changed no files.</EmptyState>;
  return (
    <>
      <Notice tone="warn" title="This diff cannot be shown file by file">
        <p>Here it is as git wrote it.</p>
      </Notice>
      <CommandBlock label="Diff" text={diff} fileName="task.diff" />
    </>
  );
}

function FileList({
  files,
  wanted,
  onGo,
}: {
  files: DiffFile[];
  wanted: string | undefined;
  onGo: (path: string) => void;
}) {
  return (
    <nav className={classes.list} aria-label="Files">
      <ul>
        {files.map(({ path, added, removed }) => (
          <li key={path}>
            <button type="button" data-current={path === wanted || undefined} onClick={() => onGo(path)} title={path}>
              <span className={classes.listPath}>
                <bdi>{path}</bdi>
              </span>
              <ChangedLines stats={{ filesModified: 1, linesAdded: added, linesRemoved: removed }} />
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
