import { choice, closedTable, flag, ignoredBefore, list, type Shape, table, text } from './shape.ts';

const approvalPolicies = ['untrusted', 'on-request', 'never', 'on-failure'] as const;

const granular = table(
  {
    sandbox_approval: flag('Ask before a command leaves the sandbox.'),
    rules: flag('Ask where a command rule says so.'),
    mcp_elicitations: flag('Let MCP servers ask the member questions.'),
    request_permissions: flag('Let the model ask for more permissions.'),
    skill_approval: flag('Ask before a skill runs.'),
  },
  'Which kinds of question may reach the member.',
  { required: ['sandbox_approval', 'rules', 'mcp_elicitations'] },
);

export const approvals: Record<string, Shape> = {
  allowed_approval_policies: list(
    {
      anyOf: [
        choice(approvalPolicies, 'A named approval policy.'),
        closedTable({ granular }, 'A policy per kind of question.', { required: ['granular'] }),
      ],
      expected:
        '"untrusted", "on-request", "never", "on-failure" (old) or { granular = { sandbox_approval = …, rules = …, mcp_elicitations = … } }',
    },
    'When the client may act without asking; its first entry replaces a choice that is not in the list.',
    { minItems: 1 },
  ),
  allowed_approvals_reviewers: list(
    choice(['user', 'auto_review', 'guardian_subagent'], 'Who answers.', {
      valueSince: { auto_review: { version: '0.140.0', older: 'refuse', instead: 'guardian_subagent' } },
    }),
    'Who may answer questions of the client: the member or the automatic reviewer.',
    { minItems: 1 },
  ),
  guardian_policy_config: text('Text for the automatic reviewer, in place of its built-in policy for organisations.'),
  guardian_extra_policy: text('Text added to the policy of the automatic reviewer.', ignoredBefore('0.163.0')),
  auto_review: table(
    {
      required_on_models: list(text('A model.'), 'Models whose requests always go to the automatic reviewer.'),
      ignore_rules: list(text('A rule.'), 'Rules the automatic reviewer leaves aside.'),
    },
    'How the automatic reviewer works.',
    ignoredBefore('0.163.0'),
  ),
  additional_developer_instructions: text(
    'Instructions added to every conversation with the model.',
    ignoredBefore('0.163.0'),
  ),
};
