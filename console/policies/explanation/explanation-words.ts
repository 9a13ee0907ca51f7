import type { client } from '#console/api.ts';

export type RuleExplanation = Awaited<ReturnType<typeof client.policies.explanations.get>>;
type Decision = RuleExplanation['rule']['decision'];

interface DecisionWords {
  tone: 'warn' | 'info';
  title: string;
  next: string[];
}

const goOn = 'Tell Codex what you want to reach, so that it takes another way.';

export const decisionWords: Record<Decision, DecisionWords> = {
  prompt: {
    tone: 'info',
    title: 'Codex asks before it runs this command',
    next: [
      'Read the command in Codex, and approve it there if it is what you want.',
      'If Codex cannot ask, for example in CI, it does not run the command. Run it yourself, or in a step of its own.',
    ],
  },
  'prompt-user': {
    tone: 'info',
    title: 'Codex asks you, and nobody else, before it runs this command',
    next: ['Read the command in Codex, and approve it there yourself; an automatic reviewer does not do for this one.'],
  },
  forbidden: {
    tone: 'warn',
    title: 'Codex does not run this command here',
    next: [
      goOn,
      'If it has to be done and you may do it, run the command yourself in a terminal: the rule binds Codex, not you.',
      'If the rule gets in the way of your work, ask for it to be changed.',
    ],
  },
};
