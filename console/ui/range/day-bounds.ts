/** Days of the reader's time zone, for date fields; the address and the server have instants. */
export function dayOf(instant: string | undefined): string {
  if (!instant) return '';
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return '';
  const two = (part: number) => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

export const startOfDay = (day: string) => (day === '' ? undefined : new Date(`${day}T00:00:00`).toISOString());
export const endOfDay = (day: string) => (day === '' ? undefined : new Date(`${day}T23:59:59.999`).toISOString());
