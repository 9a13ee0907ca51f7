const whole = new Intl.NumberFormat('en');
const cents = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

export const formatCount = (count: number) => whole.format(count);

/** "12.3K" for columns; the exact number belongs in a tooltip or the detail. */
export const formatTokens = (tokens: number | null) =>
  tokens === null ? '–' : tokens < 10_000 ? whole.format(tokens) : compact.format(tokens);

/** Cents matter for one call, not for a day: below a dollar four digits, above it two. */
export function formatUsd(usd: number | null): string {
  if (usd === null) return '–';
  const digits = usd !== 0 && Math.abs(usd) < 1 ? 4 : 2;
  return `$${new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(usd)}`;
}

/** Sums over days and months: cents, and less than one is not nothing. */
export const formatUsdSum = (usd: number) => (usd > 0 && usd < 0.005 ? 'under $0.01' : `$${cents.format(usd)}`);

/** Price lists: as many digits as the price has, at least cents. */
export const formatPrice = (usd: number) =>
  `$${new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(usd)}`;

export function formatDuration(durationMs: number | null): string {
  if (durationMs === null) return '–';
  if (durationMs < 1000) return `${durationMs} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  return `${Math.floor(durationMs / 60_000)} min ${Math.round((durationMs % 60_000) / 1000)} s`;
}

/** "1 member", "42 members". */
export const countOf = (count: number, one: string, many = `${one}s`) =>
  `${whole.format(count)} ${count === 1 ? one : many}`;

/** "12.3K", for axes and other narrow places. */
export const formatCompact = (count: number) => compact.format(count);

/** "$1.2K", "$0.04": as `formatCompact`, but cents are not rounded away. */
export const formatCompactUsd = (usd: number) =>
  usd !== 0 && Math.abs(usd) < 10 ? `$${Number(usd.toPrecision(2))}` : `$${compact.format(usd)}`;

const tenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Credits are no money: a tenth is as fine as anybody needs, and only of few. */
export const formatCredits = (credits: number) =>
  credits < 100 ? tenths.format(credits) : whole.format(Math.round(credits));

/** "38 %", "0.4 %" */
export const formatShare = (share: number) =>
  `${share > 0 && share < 0.1 ? tenths.format(share * 100) : Math.round(share * 100)} %`;

/** "812 B", "14.2 KB", "15 MB": powers of 1000, as file managers count. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB'];
  const place = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  return `${tenths.format(bytes / 1000 ** place)} ${units[place]}`;
}

/** "4 s", "2 min 13 s", "1 h 5 min": whole seconds, as a running clock shows them. */
export function sayTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
