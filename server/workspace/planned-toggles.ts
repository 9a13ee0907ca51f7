import type { z } from 'zod';
import type { PlannedToggle } from '#contract/workspace.ts';

/** Toggles of step 1 whose feature is still to come: shown with the reason, so that nobody looks for them elsewhere. */
export const plannedToggles: readonly z.infer<typeof PlannedToggle>[] = [
  {
    id: 'codex-cloud',
    label: 'Codex Cloud',
    sentence: 'Members may give tasks to Codex that run in containers of this organisation.',
    reason: 'Hosted tasks come in a later version of Reeve.',
  },
  {
    id: 'slack-answers',
    label: 'Codex in Slack',
    sentence: 'Codex answers in Slack and may post its results there.',
    reason: 'The Slack connection comes in a later version of Reeve.',
  },
  {
    id: 'agent-internet',
    label: 'Internet access of hosted tasks',
    sentence: 'Hosted tasks may reach the internet while they run.',
    reason: 'It belongs to hosted tasks, which come in a later version of Reeve.',
  },
];
