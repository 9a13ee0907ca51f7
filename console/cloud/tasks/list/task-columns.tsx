import { VisuallyHidden } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import type { DataColumn } from '#console/ui/data-table-column.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import type { TaskSummary } from '#contract/tasks.ts';
import { ChangedLines } from '../ChangedLines.tsx';
import { PullRequestBadge } from '../PullRequestBadge.tsx';
import classes from '../Tasks.module.css';
import { modeNames, sourceNames, taskLook } from '../task-words.ts';
import { ArchiveButton } from './ArchiveButton.tsx';

const Title = ({ id, title, isUnread }: TaskSummary) => (
  <span className={classes.taskTitle} data-unread={isUnread || undefined}>
    <span className={classes.unread} aria-hidden />
    <TextLink to={paths.task} params={{ id }} underline="hover" inherit>
      {title}
    </TextLink>
    {isUnread && <VisuallyHidden>, not read yet</VisuallyHidden>}
  </span>
);

const Where = ({ repository, branch }: TaskSummary) => (
  <span className={classes.where}>
    {repository} <span className={classes.branch}>{branch}</span>
  </span>
);

export const taskColumns: DataColumn<TaskSummary>[] = [
  { id: 'title', header: 'Task', phone: 'title', cell: (task) => <Title {...task} /> },
  {
    id: 'status',
    header: 'Status',
    phone: 'side',
    cell: (task) => {
      const { tone, word } = taskLook(task);
      return <StatusBadge tone={tone}>{word}</StatusBadge>;
    },
  },
  {
    id: 'environment',
    header: 'Environment',
    phone: 'none',
    cell: ({ environmentLabel }) => <span className={classes.where}>{environmentLabel}</span>,
  },
  {
    id: 'repository',
    header: 'Repository',
    phone: 'detail',
    cell: (task) => <Where {...task} />,
    phoneCell: ({ repository }) => <span className={classes.where}>{repository}</span>,
  },
  {
    id: 'changes',
    header: 'Changes',
    align: 'end',
    phone: 'detail',
    cell: ({ stats }) => <ChangedLines stats={stats} />,
  },
  {
    id: 'pullRequest',
    header: 'Pull request',
    phone: 'detail',
    cell: ({ pullRequest }) => pullRequest && <PullRequestBadge pullRequest={pullRequest} />,
    phoneCell: ({ pullRequest }) => pullRequest && <PullRequestBadge pullRequest={pullRequest} isShort />,
  },
  { id: 'attempts', header: 'Attempts', align: 'end', isExtra: true, cell: ({ attempts }) => attempts },
  { id: 'mode', header: 'Mode', isExtra: true, cell: ({ mode }) => modeNames[mode] },
  { id: 'source', header: 'Given', isExtra: true, cell: ({ source }) => sourceNames[source] },
  { id: 'updatedAt', header: 'Changed', phone: 'detail', cell: ({ updatedAt }) => <RelativeTime at={updatedAt} /> },
  { id: 'archive', header: '', align: 'end', phone: 'none', cell: (task) => <ArchiveButton task={task} /> },
];
