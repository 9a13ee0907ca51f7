import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { WorkspaceKey } from '#contract/keys.ts';

const dayMs = 86_400_000;
/** Mails go out as early. */
const soonMs = 14 * dayMs;

/** Whole days until then when it is soon, 0 on the last; null when it is not, or over. */
export function daysLeft(endsAt: string | null, now: Date): number | null {
  if (endsAt === null) return null;
  const leftMs = new Date(endsAt).getTime() - now.getTime();
  return leftMs > 0 && leftMs <= soonMs ? Math.trunc(leftMs / dayMs) : null;
}

export const endsIn = (days: number) =>
  days < 1 ? 'Ends within a day' : `Ends in ${days === 1 ? '1 day' : `${days} days`}`;

export function KeyState({ workspaceKey: { state, expiresAt } }: { workspaceKey: WorkspaceKey }) {
  const days = daysLeft(expiresAt, useNow(60_000));
  if (state === 'revoked') return <StatusBadge tone="off">Revoked</StatusBadge>;
  if (state === 'expired') return <StatusBadge tone="bad">Expired</StatusBadge>;
  if (days !== null) return <StatusBadge tone="warn">{endsIn(days)}</StatusBadge>;
  return <StatusBadge tone="ok">Active</StatusBadge>;
}
