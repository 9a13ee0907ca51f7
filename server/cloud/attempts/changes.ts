import { EventEmitter } from 'node:events';

/** Within this process: something of an attempt was written. Watchers look; other processes look every moment by themselves. */
export const attemptChanges = new EventEmitter<{
  changed: [{ attemptId: string }];
  /** There may be something to give out: an attempt was queued or put back, or one ended and left room. */
  queued: [{ workspaceId: string }];
}>();
attemptChanges.setMaxListeners(0);

/** For whoever committed a change. */
export function tellChanged(workspaceId: string, attemptIds: readonly string[]): void {
  for (const attemptId of attemptIds) attemptChanges.emit('changed', { attemptId });
  if (attemptIds.length > 0) attemptChanges.emit('queued', { workspaceId });
}
