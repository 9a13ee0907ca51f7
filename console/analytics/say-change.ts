interface Change {
  now: number;
  before: number;
  /** "fewer" for what is counted, "less" for what is measured. */
  less?: 'fewer' | 'less';
}

/** A figure against the one of the time before, in words: "12 % more". */
export function sayChange({ now, before, less = 'fewer' }: Change): string {
  if (before === 0) return now === 0 ? 'none before either' : 'none before';
  if (now === 0) return 'some before';
  const share = (now - before) / before;
  const percent = Math.round(Math.abs(share) * 100);
  if (percent === 0) return 'as before';
  if (share >= 2) return `${Math.round((now / before) * 10) / 10} times as much`;
  return `${percent} % ${share > 0 ? 'more' : less}`;
}
