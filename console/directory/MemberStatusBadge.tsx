import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { Member } from '#contract/directory.ts';
import { statusNames } from './member-words.ts';

const tones: Record<Member['status'], Tone> = {
  active: 'ok',
  invited: 'info',
  suspended: 'warn',
  deprovisioned: 'off',
};

export function MemberStatusBadge({ status }: Pick<Member, 'status'>) {
  return <StatusBadge tone={tones[status]}>{statusNames[status]}</StatusBadge>;
}
