import { EventEmitter } from 'node:events';

/** Within this process: something of an attempt was written. Watchers look; other processes look every moment by themselves. */
export const attemptChanges = new EventEmitter<{
  changed: [{ attemptId: string }];
  queued: [{ workspaceId: string }];
}>();
attemptChanges.setMaxListeners(0);
