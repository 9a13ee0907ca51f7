import {
  choice,
  closedTable,
  count,
  flag,
  ignoredBefore,
  list,
  mapOf,
  refusedBefore,
  type Shape,
  table,
  text,
} from './shape.ts';

const argumentMatcher: Shape = {
  anyOf: [
    closedTable({ match: choice(['exact', 'prefix'], 'How to compare.'), value: text('The text.') }, 'By text.', {
      required: ['match', 'value'],
    }),
    closedTable(
      { match: choice(['regex'], 'How to compare.'), expression: text('The expression.') },
      'By regular expression.',
      { required: ['match', 'expression'] },
    ),
  ],
  expected: '{ match = "exact" or "prefix", value = "…" } or { match = "regex", expression = "…" }',
};

const mcpServer = table(
  {
    identity: {
      description: 'What the server must be: its command or its address.',
      anyOf: [
        table({ command: text('The program.') }, 'By program.', { required: ['command'] }),
        table(
          {
            command: closedTable(
              { executable: text('The program.'), args: list(argumentMatcher, 'Every argument, in order.') },
              'By program and arguments.',
              { required: ['executable', 'args'], ...refusedBefore('0.163.0') },
            ),
          },
          'By program and arguments.',
          { required: ['command'] },
        ),
        table({ url: text('The address.') }, 'By address.', { required: ['url'] }),
        table({ url: { ...argumentMatcher, ...refusedBefore('0.163.0') } }, 'By pattern of the address.', {
          required: ['url'],
        }),
      ],
      expected:
        '{ command = "…" }, { command = { executable = "…", args = [ { match = …, value = … } ] } }, { url = "https://…" } or { url = { match = …, value = … } }',
    },
  },
  'An MCP server members may use under this name.',
  { required: ['identity'] },
);

const appTool = table(
  {
    approval_mode: choice(['auto', 'prompt', 'writes', 'approve'], 'When the tool asks.', {
      ...ignoredBefore('0.140.0'),
      valueSince: { writes: { version: '0.163.0', older: 'refuse', instead: 'prompt' } },
    }),
    analytics_result_source: closedTable(
      { format: text('The format.'), type: text('The type.') },
      'Where results are counted.',
      { required: ['format', 'type'], ...ignoredBefore('0.163.0') },
    ),
  },
  'One tool of the app.',
);

const handler: Shape = {
  type: 'object',
  description: 'What runs.',
  properties: {
    type: choice(['command', 'mcp_tool', 'prompt', 'agent'], 'command runs a program; prompt and agent are skipped.', {
      valueSince: { mcp_tool: { version: '0.163.0', older: 'refuse' } },
    }),
    command: text('The program, for `type = "command"`.'),
    commandWindows: text('The program on Windows.'),
    command_windows: text('The program on Windows.'),
    timeout: count('Seconds before it is stopped.'),
    async: flag('Go on without waiting.'),
    statusMessage: text('What the member sees meanwhile.'),
    additionalContextLimit: count('Tokens of context kept in memory.', ignoredBefore('0.163.0')),
    server: text('The MCP server, for `type = "mcp_tool"`.'),
    tool: text('The tool, for `type = "mcp_tool"`.'),
    input: { description: 'What the tool is given.' },
  },
  required: ['type'],
  knownKeys: true,
};

const hookEvents = list(
  table(
    { matcher: text('A regular expression on the name of the tool.'), hooks: list(handler, 'What runs.') },
    'A group.',
  ),
  'What runs at this moment.',
);

const hookMoments = {
  PreToolUse: '0.140.0',
  PermissionRequest: '0.140.0',
  PostToolUse: '0.140.0',
  PreCompact: '0.140.0',
  PostCompact: '0.140.0',
  SessionStart: '0.140.0',
  UserPromptSubmit: '0.140.0',
  SubagentStart: '0.140.0',
  SubagentStop: '0.140.0',
  Stop: '0.140.0',
  SessionEnd: '0.163.0',
  Interrupt: '0.163.0',
  PreModelRequest: '0.169.0',
  PostModelRequest: '0.169.0',
} as const;

const prefixRule = table(
  {
    pattern: list(
      table(
        {
          token: text('The word.', { pattern: '\\S', expected: 'a word that is not blank' }),
          any_of: list(
            text('A word.', { pattern: '\\S', expected: 'a word that is not blank' }),
            'Any of these words.',
            {
              minItems: 1,
            },
          ),
        },
        'One word of the command line.',
      ),
      'The words a command starts with.',
      { minItems: 1 },
    ),
    decision: choice(
      ['prompt', 'prompt-user', 'forbidden', 'allow'],
      'prompt: ask; prompt-user: ask the member; forbidden: refuse.',
      { valueSince: { 'prompt-user': { version: '0.169.0', older: 'refuse', instead: 'prompt' } } },
    ),
    justification: text('What the member and the model read.', { pattern: '\\S', expected: 'a sentence' }),
    canonical_matching: flag('Compare the program by its canonical name.', ignoredBefore('0.169.0')),
  },
  'A rule for commands that start with these words.',
  { required: ['pattern', 'decision'] },
);

export const tools: Record<string, Shape> = {
  rules: table(
    { prefix_rules: list(prefixRule, 'Rules by the first words of a command.', { minItems: 1 }) },
    'Command rules; the strictest one that matches wins.',
    { required: ['prefix_rules'] },
  ),
  mcp_servers: mapOf(mcpServer, 'The MCP servers members may use; an empty table switches all of them off.'),
  plugins: mapOf(
    table(
      { mcp_servers: mapOf(mcpServer, 'Servers of the plugin that stay on.', ignoredBefore('0.140.0')) },
      'A plugin.',
    ),
    'MCP servers that come with plugins.',
    ignoredBefore('0.140.0'),
  ),
  marketplaces: closedTable(
    {
      restrict_to_allowed_sources: flag('Refuse every source that is not listed.'),
      allowed_sources: mapOf(
        closedTable(
          {
            source: choice(['git', 'host_pattern', 'local'], 'The kind of source.'),
            url: text('Address of the repository.'),
            ref: text('Branch or tag.'),
            host_pattern: text('Regular expression on the host.'),
            path: text('Absolute path.'),
          },
          'A source.',
        ),
        'Sources by a name of your choice.',
      ),
    },
    'Where plugins may come from.',
    ignoredBefore('0.163.0'),
  ),
  apps: mapOf(
    table(
      { enabled: flag('false switches the app off for good.'), tools: mapOf(appTool, 'Tools by name.') },
      'An app.',
    ),
    'Apps (connectors) and their tools.',
  ),
  features: mapOf(flag('On or off; members cannot change it.'), 'Features pinned on or off.'),
  allow_managed_hooks_only: flag('Skip hooks of members, projects and plugins.', ignoredBefore('0.140.0')),
  hooks: table(
    {
      managed_dir: text('Folder with the programs; it must be on the machines already.'),
      windows_managed_dir: text('The same on Windows.'),
      ...Object.fromEntries(
        Object.entries(hookMoments).map(([moment, since]) => [moment, { ...hookEvents, ...ignoredBefore(since) }]),
      ),
    },
    'Programs that run at fixed moments. The client does not bring them: your device management does.',
    ignoredBefore('0.140.0'),
  ),
};
