import { errors } from '#contract/errors.ts';

const decisionWords: Record<string, string> = {
  approved: 'Approved',
  'approved-for-session': 'Approved for the whole session',
  'approved-with-amendment': 'Approved with a rule for the future',
  denied: 'Denied',
  forbidden: 'Forbidden',
  abort: 'Stopped the turn',
  aborted: 'Stopped the turn',
  allow: 'Let through',
  allowed: 'Let through',
  ask: 'Asked',
  'timed-out': 'Nobody answered',
};
const deciders: Record<string, string> = {
  policy: 'by policy',
  config: 'by the member’s own settings',
  user: 'by the member',
  reviewer: 'by an automatic reviewer',
};

/** "Approved by the member"; what is not known is said as it came. */
export const sayDecision = ({ decision, decidedBy }: { decision: string; decidedBy: string }): string =>
  [decisionWords[decision] ?? decision, deciders[decidedBy] ?? decidedBy].filter(Boolean).join(' ');

/** Why a model call was refused, as the client was told. */
export const sayRefusal = (code: string): string | null =>
  Object.hasOwn(errors, code) ? errors[code as keyof typeof errors].message : null;
