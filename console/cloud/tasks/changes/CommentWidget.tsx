import { ActionIcon, Button, Group, Stack, Textarea, Tooltip } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import type { DiffComment } from '#contract/tasks.ts';
import { isSendKey } from '../send-key.ts';
import classes from './Changes.module.css';
import type { Commenting } from './use-comments.ts';

export function CommentView({ comment, onRemove }: { comment: DiffComment; onRemove: (() => void) | undefined }) {
  const { sentWithTurn, text, line } = comment;
  return (
    <article className={classes.comment} aria-label={`Comment on line ${line}`}>
      <div className={classes.commentHead}>
        <span>
          Line {line} · {sentWithTurn === null ? 'goes with your follow-up' : `went with turn ${sentWithTurn}`}
        </span>
        {onRemove && (
          <Tooltip label="Take back">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Take back the comment on line ${line}`}
              onClick={onRemove}
            >
              <Trash2 size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <p className={classes.commentText}>{text}</p>
    </article>
  );
}

export function CommentForm({ commenting }: { commenting: Commenting }) {
  const { open, text, error, isSaving, write, cancel, save } = commenting;
  if (!open) return null;
  return (
    <Stack gap={8} className={classes.comment ?? ''}>
      {error !== null && error !== undefined && <FailureNotice what="The comment was not kept" error={error} />}
      <Textarea
        label={`Comment on line ${open.line}${open.side === 'old' ? ' of the old file' : ''}`}
        placeholder="Say what Codex shall do differently here."
        autosize
        minRows={2}
        maxLength={4000}
        autoFocus
        value={text}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isSendKey(event)) save();
          if (event.key === 'Escape' && text === '') cancel();
        }}
      />
      <Group gap={8} justify="flex-end">
        <Button size="xs" variant="default" onClick={cancel}>
          Cancel
        </Button>
        <Button size="xs" loading={isSaving} disabled={text.trim() === ''} onClick={save}>
          Add comment
        </Button>
      </Group>
    </Stack>
  );
}
