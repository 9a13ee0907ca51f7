const ours = /^ws_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/**
 * A workspace id as programs made for the vendor expect it: the UUIDv7 that our own id is made of, with its dashes. Both name the same
 * workspace. An id that holds none stays what it is.
 */
export const workspaceUuid = (workspaceId: string): string => {
  const parts = ours.exec(workspaceId);
  return parts ? parts.slice(1).join('-') : workspaceId;
};

/** Whether somebody who writes the id either way, and a UUID in either case, means this workspace. */
export const isWorkspaceId = (written: string, workspaceId: string): boolean =>
  written === workspaceId || written.toLowerCase() === workspaceUuid(workspaceId);
