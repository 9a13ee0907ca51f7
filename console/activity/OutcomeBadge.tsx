import { StatusBadge, type Tone } from '#console/ui/StatusBadge.tsx';
import type { ModelCall } from '#contract/models.ts';

const looks: Record<ModelCall['outcome'], { tone: Tone; word: string }> = {
  running: { tone: 'info', word: 'Running' },
  completed: { tone: 'ok', word: 'Completed' },
  refused: { tone: 'bad', word: 'Refused' },
  failed: { tone: 'warn', word: 'Failed' },
  cancelled: { tone: 'off', word: 'Cancelled' },
};

export const outcomeOptions = Object.entries(looks).map(([value, { word }]) => ({ value, label: word }));

export function OutcomeBadge({ outcome }: Pick<ModelCall, 'outcome'>) {
  return <StatusBadge tone={looks[outcome].tone}>{looks[outcome].word}</StatusBadge>;
}
