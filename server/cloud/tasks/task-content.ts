import type { SecretBox } from '#server/crypto/secret-box.ts';

/** What the sealed columns of tasks are sealed with; the same in `server/sealed-columns.ts`. */
export const contentContext = {
  title: (taskId: string) => `cloud_tasks/${taskId}/title`,
  prompt: (taskId: string, turnNumber: number) => `cloud_turns/${taskId}/${turnNumber}/prompt`,
  answer: (attemptId: string) => `cloud_attempts/${attemptId}/answer`,
  log: (attemptId: string, seq: number) => `cloud_log/${attemptId}/${seq}`,
  comment: (commentId: string) => `cloud_comments/${commentId}/text`,
};

export const openOrNull = (secrets: SecretBox, sealed: string | null, context: string): Promise<string | null> =>
  sealed === null ? Promise.resolve(null) : secrets.open(sealed, context);
