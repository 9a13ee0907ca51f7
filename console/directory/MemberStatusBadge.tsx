import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { Member } from '#contract/directory.ts';

const looks: Record<Member['status'], { tone: Tone; word: string }> = {
  active: { tone: 'ok', word: 'Active' },
  invited: { tone: 'info', word: 'Invited' },
  suspended: { tone: 'warn', word: 'Suspended' },
  deprovisioned: { tone: 'warn', word: 'Deprovisioned' },
};

export function MemberStatusBadge({ status }: Pick<Member, 'status'>) {
  return <StatusBadge tone={looks[status].tone}>{looks[status].word}</StatusBadge>;
}
