import { choice, flag, ignoredBefore, list, type Shape, table, text } from './shape.ts';

const word = { pattern: '\\S', expected: 'a word that is not blank' };

const prefixRule = table(
  {
    pattern: list(
      table(
        {
          token: text('The word.', word),
          any_of: list(text('A word.', word), 'Any of these words.', { minItems: 1 }),
        },
        'One word of the command line: `token` for exactly this one, `any_of` for one of several.',
      ),
      'The words a command starts with.',
      { minItems: 1 },
    ),
    decision: choice(
      {
        prompt: 'Ask before the command runs; the automatic reviewer may answer.',
        'prompt-user': 'Ask the member, never the automatic reviewer.',
        forbidden: 'Refuse the command and show the justification.',
        allow: 'Only in `.rules` files: a policy that allows a command makes clients refuse to start.',
      },
      'What happens when a command starts with these words.',
      { valueSince: { 'prompt-user': { version: '0.169.0', older: 'refuse', instead: 'prompt' } } },
    ),
    justification: text('What the member and the model read when the rule stops a command.', {
      pattern: '\\S',
      expected: 'a sentence',
    }),
    canonical_matching: flag(
      'Ignore upper and lower case, and how accented letters are composed, in every word of the pattern.',
      ignoredBefore('0.169.0'),
    ),
  },
  'A rule for commands that start with these words.',
  { required: ['pattern', 'decision'] },
);

export const rules: Record<string, Shape> = {
  rules: table(
    { prefix_rules: list(prefixRule, 'Rules by the first words of a command.', { minItems: 1 }) },
    'Command rules; the strictest one that matches wins, over rules of members too. They are a reminder, not a sandbox.',
    {
      required: ['prefix_rules'],
      whenDisallowed:
        'A forbidden command is rejected with the justification; a prompt asks, and where nobody can answer (`codex exec`) the command does not run.',
    },
  ),
};
