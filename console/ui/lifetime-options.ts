const usual = [7, 30, 60, 90, 180, 365];

const inWords = (days: number) => (days === 1 ? '1 day' : `${days} days`);

/** What a list offers where the workspace allows `maxDays` at most; the longest is always there. */
export const lifetimeOptions = (maxDays: number): { value: string; label: string }[] =>
  [...new Set([...usual.filter((days) => days < maxDays), maxDays])].map((days) => ({
    value: String(days),
    label: days === maxDays ? `${inWords(days)}, the longest allowed` : inWords(days),
  }));

/** 90 days unless less is allowed. */
export const usualLifetime = (maxDays: number): string => String(Math.min(90, maxDays));
