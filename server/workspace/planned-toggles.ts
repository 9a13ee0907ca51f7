import type { z } from 'zod';
import type { PlannedToggle } from '#contract/workspace.ts';

/** Toggles of step 1 whose feature is still to come: shown with the reason, so that nobody looks for them elsewhere. */
export const plannedToggles: readonly z.infer<typeof PlannedToggle>[] = [
  {
    id: 'slack-answers',
    label: 'Codex in Slack',
    sentence: 'Codex answers in Slack and may post its results there.',
    reason: 'The Slack connection comes in a later version of Reeve.',
  },
];
