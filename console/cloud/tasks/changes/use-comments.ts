import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { showFailure } from '#console/shell/show-result.ts';
import type { DiffComment } from '#contract/tasks.ts';
import type { DiffLine } from './read-diff.ts';

export interface LineOfFile extends DiffLine {
  path: string;
}

export interface Commenting {
  /** Of this attempt, sent and not sent. */
  comments: DiffComment[];
  /** The line whose form is open. */
  open: LineOfFile | null;
  text: string;
  error: unknown;
  isSaving: boolean;
  /** False where nothing more can be said: a running attempt, a turn that was gone on from. */
  isAllowed: boolean;
  start: (line: LineOfFile) => void;
  write: (text: string) => void;
  cancel: () => void;
  save: () => void;
  remove: (comment: DiffComment) => void;
}

/** Comments on the lines of one attempt's diff; one form is open at a time, and keeps its text when it moves to another line. */
export function useComments(target: {
  taskId: string;
  attemptId: string;
  comments: DiffComment[];
  isAllowed: boolean;
}): Commenting {
  const { taskId, attemptId, isAllowed } = target;
  const [open, setOpen] = useState<LineOfFile | null>(null);
  const [text, setText] = useState('');
  const close = () => {
    setOpen(null);
    setText('');
    save.reset();
  };
  const save = useMutation(api.tasks.comment.mutationOptions({ onSuccess: () => close() }));
  const remove = useMutation(
    api.tasks.removeComment.mutationOptions({
      onError: (error) => showFailure('The comment was not taken back', error),
    }),
  );
  return {
    comments: target.comments.filter((comment) => comment.attemptId === attemptId),
    open,
    text,
    error: save.error,
    isSaving: save.isPending,
    isAllowed,
    start: (line) => isAllowed && setOpen(line),
    write: setText,
    cancel: close,
    save: () => {
      if (open && text.trim() !== '' && !save.isPending)
        save.mutate({ id: taskId, attemptId, ...open, text: text.trim() });
    },
    remove: ({ id: commentId }) => remove.mutate({ id: taskId, commentId }),
  };
}
