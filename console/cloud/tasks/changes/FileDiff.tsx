import 'react-diff-view/style/index.css';
import { Button, Group } from '@mantine/core';
import { ChevronRight, MessageSquarePlus } from 'lucide-react';
import { Fragment, type ReactNode, useState } from 'react';
import { Decoration, Diff, getChangeKey, Hunk, type HunkData, type ViewType } from 'react-diff-view';
import { CopyButton } from '#console/ui/CopyButton.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { ScrollRegion } from '#console/ui/ScrollRegion.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { ChangedLines } from '../ChangedLines.tsx';
import classes from './Changes.module.css';
import { ChooseLine } from './ChooseLine.tsx';
import { CommentForm, CommentView } from './CommentWidget.tsx';
import { changeAt, type DiffFile, lineOf, linesWithUnseen } from './read-diff.ts';
import type { Commenting } from './use-comments.ts';

const typeWords = { add: 'new', delete: 'deleted', rename: 'moved', copy: 'copied', modify: null } as const;
const typeTones = { add: 'ok', delete: 'bad', rename: 'quiet', copy: 'quiet', modify: 'quiet' } as const;

interface FileDiffProps {
  file: DiffFile;
  viewType: ViewType;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  commenting: Commenting;
}

/** One file of a diff, with what was said about its lines. */
export function FileDiff({ file, viewType, isOpen, onOpenChange, commenting }: FileDiffProps) {
  const { path, oldPath, type, added, removed, modes } = file;
  const [isChoosing, setChoosing] = useState(false);
  const comments = commenting.comments.filter((comment) => comment.path === path);
  const word = typeWords[type];
  return (
    <section className={classes.file} id={fileAnchor(path)} aria-label={path}>
      <header className={classes.fileHead}>
        <button type="button" className={classes.fileName} aria-expanded={isOpen} onClick={() => onOpenChange(!isOpen)}>
          <ChevronRight size={16} aria-hidden className={classes.chevron} />
          <span className={classes.path}>
            {path}
            {oldPath && <span className={classes.oldPath}> was {oldPath}</span>}
          </span>
        </button>
        <Group gap={8} wrap="nowrap">
          {word && <StatusBadge tone={typeTones[type]}>{word}</StatusBadge>}
          {modes && <span className={classes.modes}>{modes}</span>}
          {comments.length > 0 && <span className={classes.modes}>{countOf(comments.length, 'comment')}</span>}
          <ChangedLines stats={{ filesModified: 1, linesAdded: added, linesRemoved: removed }} />
          <CopyButton value={path} label={`Copy: ${path}`} />
        </Group>
      </header>
      {isOpen && (
        <div className={classes.fileBody}>
          {file.hasNoText ? (
            <p className={classes.noText}>{sayNoText(file)}</p>
          ) : (
            <Lines file={file} viewType={viewType} commenting={commenting} />
          )}
          <Unseen file={file} />
          <OutOfSight file={file} commenting={commenting} />
          {commenting.isAllowed && !file.hasNoText && (
            <div className={classes.byKeyboard}>
              {isChoosing ? (
                <ChooseLine file={file} onChoose={commenting.start} onClose={() => setChoosing(false)} />
              ) : (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="gray"
                  leftSection={<MessageSquarePlus size={14} aria-hidden />}
                  onClick={() => setChoosing(true)}
                >
                  Comment on a line
                </Button>
              )}
            </div>
          )}
        </div>
      )}
    </section>
  );
}

function Unseen({ file }: { file: DiffFile }) {
  const lines = linesWithUnseen(file);
  if (lines.length === 0) return null;
  return (
    <Notice tone="warn" title={`Line ${lines.slice(0, 10).join(', ')}: characters that are not seen`}>
      <p>They may turn the direction of the text: what is shown here is not what a compiler reads.</p>
    </Notice>
  );
}

export const fileAnchor = (path: string): string => `file-${encodeURIComponent(path)}`;

function sayNoText({ type, modes }: DiffFile): string {
  if (modes !== null) return `Only its mode changed: ${modes}.`;
  if (type === 'rename' || type === 'copy') return 'Its content is the same.';
  return 'A binary or empty file: there is no text to show.';
}

/** Comments whose line is no part of the diff any more. */
function OutOfSight({ file, commenting }: { file: DiffFile; commenting: Commenting }) {
  const lost = commenting.comments.filter((comment) => comment.path === file.path && !changeAt(file.hunks, comment));
  return lost.map((comment) => (
    <CommentView key={comment.id} comment={comment} onRemove={removal(commenting, comment)} />
  ));
}

const removal = (commenting: Commenting, comment: Commenting['comments'][number]) =>
  comment.sentWithTurn === null && commenting.isAllowed ? () => commenting.remove(comment) : undefined;

function widgetsOf({ path, hunks }: DiffFile, commenting: Commenting): Record<string, ReactNode> {
  const parts = new Map<string, ReactNode[]>();
  const add = (key: string, part: ReactNode) => parts.set(key, [...(parts.get(key) ?? []), part]);
  for (const comment of commenting.comments) {
    const change = comment.path === path ? changeAt(hunks, comment) : undefined;
    if (change)
      add(
        getChangeKey(change),
        <CommentView key={comment.id} comment={comment} onRemove={removal(commenting, comment)} />,
      );
  }
  const { open } = commenting;
  const change = open?.path === path ? changeAt(hunks, open) : undefined;
  if (change) add(getChangeKey(change), <CommentForm key="form" commenting={commenting} />);
  return Object.fromEntries([...parts].map(([key, list]) => [key, <Fragment key={key}>{list}</Fragment>]));
}

function Lines({ file, viewType, commenting }: Pick<FileDiffProps, 'file' | 'viewType' | 'commenting'>) {
  const { path, hunks, type } = file;
  return (
    <ScrollRegion label={`Changes in ${path}`} className={classes.lines}>
      <Diff
        diffType={type}
        hunks={hunks}
        viewType={viewType}
        className={classes.diff ?? ''}
        widgets={widgetsOf(file, commenting)}
        optimizeSelection
        {...(commenting.isAllowed && {
          gutterEvents: {
            onClick: ({ change }) => change && commenting.start({ path, ...lineOf(change) }),
          },
          gutterClassName: classes.gutter ?? '',
        })}
      >
        {(shown) => shown.flatMap((hunk, index) => [...between(hunk, index), <Hunk key={hunk.content} hunk={hunk} />])}
      </Diff>
    </ScrollRegion>
  );
}

/** Where lines are left out. */
const between = (hunk: HunkData, index: number) =>
  index === 0 && hunk.newStart <= 1
    ? []
    : [
        <Decoration key={`before-${hunk.content}`} className={classes.between ?? ''}>
          <span>Line {hunk.newStart}</span>
        </Decoration>,
      ];
