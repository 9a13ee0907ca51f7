import { choice, count, flag, ignoredBefore, list, type Shape, table, text } from './shape.ts';

const handler: Shape = {
  type: 'object',
  description: 'What runs.',
  properties: {
    type: choice(
      {
        command: 'Runs a program.',
        mcp_tool: 'Calls a tool of an MCP server.',
        prompt: 'Not run by any client yet; sessions fail with it.',
        agent: 'Not run by any client yet; sessions fail with it.',
      },
      'The kind of hook.',
      { valueSince: { mcp_tool: { version: '0.163.0', older: 'refuse' } } },
    ),
    command: text('The program, for `type = "command"`.'),
    commandWindows: text('The program on Windows.'),
    command_windows: text('The program on Windows (older spelling).'),
    timeout: count('Seconds before it is stopped; 600 when not given.'),
    async: flag('Go on without waiting.'),
    statusMessage: text('What the member sees meanwhile.'),
    additionalContextLimit: count('Tokens of context kept in memory; 0 for no limit.', ignoredBefore('0.163.0')),
    server: text('The MCP server, for `type = "mcp_tool"`.'),
    tool: text('The tool, for `type = "mcp_tool"`.'),
    input: { description: 'What the tool is given.' },
  },
  required: ['type'],
  knownKeys: true,
};

const moment = (description: string, version: string): Shape =>
  list(
    table(
      { matcher: text('A regular expression on the name of the tool.'), hooks: list(handler, 'What runs.') },
      'A group of hooks with one matcher.',
    ),
    description,
    ignoredBefore(version),
  );

export const hooks: Record<string, Shape> = {
  allow_managed_hooks_only: flag('Skip hooks of members, projects and plugins; hooks of this policy stay.', {
    ...ignoredBefore('0.140.0'),
    whenDisallowed: 'Other hooks are skipped silently.',
  }),
  hooks: table(
    {
      managed_dir: text('Folder with the programs, as an absolute path; it must be on the machines already.'),
      windows_managed_dir: text('The same on Windows.'),
      PreToolUse: moment('Before the model uses a tool; the hook can refuse it.', '0.140.0'),
      PermissionRequest: moment('When the client would ask for approval; the hook can answer.', '0.140.0'),
      PostToolUse: moment('After a tool was used.', '0.140.0'),
      PreCompact: moment('Before a long conversation is shortened.', '0.140.0'),
      PostCompact: moment('After a long conversation was shortened.', '0.140.0'),
      SessionStart: moment('When a session starts.', '0.140.0'),
      UserPromptSubmit: moment('When the member sends a message.', '0.140.0'),
      SubagentStart: moment('When a sub-agent starts.', '0.140.0'),
      SubagentStop: moment('When a sub-agent ends.', '0.140.0'),
      Stop: moment('When the model has finished a turn.', '0.140.0'),
      SessionEnd: moment('When a session ends.', '0.163.0'),
      Interrupt: moment('When the member interrupts.', '0.163.0'),
      PreModelRequest: moment('Before a request to the model.', '0.169.0'),
      PostModelRequest: moment('After a request to the model.', '0.169.0'),
    },
    'Programs that run at fixed moments. The client does not bring them: your device management does.',
    {
      ...ignoredBefore('0.140.0'),
      whenDisallowed:
        'They run in addition to the hooks of members, who can switch all hooks off unless `features.hooks` is pinned to true.',
    },
  ),
};
