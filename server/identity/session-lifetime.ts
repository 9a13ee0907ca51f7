const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** A session ends this long after it was last used … */
export const sessionIdleMs = 24 * hourMs;
/** … and at the latest this long after it started, however busy it is. */
export const sessionMaxAgeSeconds = 7 * 24 * 60 * 60;
/** Uses within this time of the last recorded one are not written down: a busy page would write on every request. */
export const touchEveryMs = minuteMs;

export const sessionExpiresAt = (startedAt: Date): Date => new Date(startedAt.getTime() + sessionMaxAgeSeconds * 1000);

export const idleSince = (now: Date): Date => new Date(now.getTime() - sessionIdleMs);

export const isTouchDue = (lastAt: Date | null, now: Date): boolean =>
  lastAt === null || now.getTime() - lastAt.getTime() >= touchEveryMs;
