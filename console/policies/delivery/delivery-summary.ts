import type { client } from '#console/api.ts';

export type DeliveryFigures = Awaited<ReturnType<typeof client.policies.deliveries.summary>>;

/** Whole percent, never rounded up to everybody or down to nobody. */
export function shareOf(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (part / whole) * 100;
  if (part > 0 && percent < 1) return '<1%';
  if (part < whole && percent > 99) return '>99%';
  return `${Math.round(percent)}%`;
}
