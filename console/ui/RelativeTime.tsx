import { Tooltip } from '@mantine/core';
import { useNow } from '#console/ui/use-now.ts';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

const steps: { unit: Intl.RelativeTimeFormatUnit; seconds: number }[] = [
  { unit: 'year', seconds: 31_536_000 },
  { unit: 'month', seconds: 2_592_000 },
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
];

export function describeAge(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  for (const step of steps) {
    if (Math.abs(seconds) >= step.seconds) return relative.format(Math.trunc(seconds / step.seconds), step.unit);
  }
  // What was just made may be ahead of a `now` that is renewed every few seconds.
  return seconds > 10 ? 'in a moment' : seconds > -10 ? 'just now' : `${-seconds} s ago`;
}

/** "3 minutes ago", with the exact time in the reader's zone on hover and focus. */
export function RelativeTime({ at }: { at: string }) {
  const now = useNow(10_000);
  const time = new Date(at);
  return (
    <Tooltip label={absolute.format(time)}>
      <time dateTime={at}>{describeAge(time, now)}</time>
    </Tooltip>
  );
}
