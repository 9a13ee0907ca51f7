import { choice, closedTable, flag, ignoredBefore, list, type Shape, table, text } from './shape.ts';

const granular = table(
  {
    sandbox_approval: flag('Ask before a command leaves the sandbox.'),
    rules: flag('Ask where a command rule says so.'),
    mcp_elicitations: flag('Let MCP servers ask the member questions.'),
    request_permissions: flag('Let the model ask for more permissions.'),
    skill_approval: flag('Ask before a skill runs.'),
  },
  'Which kinds of question may reach the member; the others are answered with no.',
  { required: ['sandbox_approval', 'rules', 'mcp_elicitations'] },
);

export const approvals: Record<string, Shape> = {
  allowed_approval_policies: list(
    {
      anyOf: [
        choice(
          {
            untrusted:
              'Ask before every command that is not known to only read. The desktop app cannot work with it alone.',
            'on-request': 'The model works inside the sandbox and asks before it leaves it.',
            never: 'Never ask: what the sandbox does not allow fails. `codex exec` starts with this one.',
            'on-failure':
              'Old: ask after a command failed in the sandbox. Current clients use `on-request` in its place.',
          },
          'A named approval policy.',
        ),
        closedTable({ granular }, 'A policy per kind of question.', { required: ['granular'] }),
      ],
      expected:
        '"untrusted", "on-request", "never", "on-failure" (old) or { granular = { sandbox_approval = …, rules = …, mcp_elicitations = … } }',
    },
    'Which approval policies members may choose, that is when the client acts without asking. The first entry stands in for a choice that is not in the list.',
    {
      minItems: 1,
      whenDisallowed:
        'The client warns at start and uses the first entry of the list. A change during a session is refused with a message that names this policy.',
    },
  ),
  allowed_approvals_reviewers: list(
    choice(
      {
        user: 'The member answers.',
        auto_review: 'A second model answers in place of the member.',
        guardian_subagent: 'The older name of `auto_review`.',
      },
      'Who answers.',
      { valueSince: { auto_review: { version: '0.140.0', older: 'refuse', instead: 'guardian_subagent' } } },
    ),
    'Who may answer when the client asks: the member, the automatic reviewer, or either.',
    { minItems: 1, whenDisallowed: 'The client warns at start and uses the first entry of the list.' },
  ),
  guardian_policy_config: text(
    'Text for the automatic reviewer, in place of its built-in policy for organisations. Blank text counts as none.',
    { whenDisallowed: "Silently replaces a member's own `auto_review.policy`." },
  ),
  guardian_extra_policy: text('Text added to the policy of the automatic reviewer.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: 'Applies whatever members set; there is nothing they could set instead.',
  }),
  auto_review: table(
    {
      required_on_models: list(
        text('A model.', {
          pattern: '^(?!\\s)[^/]*[^/\\s]$',
          expected: 'the plain name of a model, without "/" and without blanks around it',
        }),
        'Models whose requests always go to the automatic reviewer.',
      ),
      ignore_rules: list(text('A rule.'), 'Rules the automatic reviewer leaves aside.'),
    },
    'How the automatic reviewer works. The vendor has not documented these keys yet.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: 'Applies whatever members set.' },
  ),
  additional_developer_instructions: text(
    'Instructions added to every conversation with the model, for example coding rules of the organisation.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: "Applies in addition to a member's own instructions." },
  ),
};
