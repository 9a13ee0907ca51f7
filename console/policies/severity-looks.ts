import type { Tone } from '#console/ui/StatusBadge.tsx';
import type { Diagnostic } from '#contract/policies.ts';

export const severityLooks: Record<Diagnostic['severity'], { tone: Tone; word: string }> = {
  error: { tone: 'bad', word: 'Error' },
  warning: { tone: 'warn', word: 'Warning' },
  info: { tone: 'info', word: 'Note' },
};
