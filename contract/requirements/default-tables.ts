import { appTool } from './connections.ts';
import { hooks } from './hooks.ts';
import { choice, count, type Extra, flag, list, mapOf, type Shape, table, text } from './shape.ts';

const words = (description: string): Shape => list(text('A word.'), description);
const headers = (description: string): Shape => mapOf(text('The value.'), description);

/** A table of which only the keys that matter to a policy are written down. */
const openTable = (properties: Record<string, Shape>, description: string, extra: Extra = {}): Shape => ({
  type: 'object',
  properties,
  description,
  ...extra,
});

/** Fractions count as well, so the type is told by what it is not. */
const seconds = (description: string): Shape => ({
  description,
  not: { anyOf: [{ type: 'string' }, { type: 'boolean' }, { type: 'array' }, { type: 'object' }] },
  expected: 'a number of seconds',
});

const toolApproval = choice(['auto', 'prompt', 'writes', 'approve'], 'When tools ask.', {
  valueSince: { writes: { version: '0.163.0', older: 'refuse', instead: 'prompt' } },
});

const mcpServer = openTable(
  {
    command: text('The program, for a server on the machine.'),
    args: words('Its arguments.'),
    cwd: text('The folder it runs in.'),
    env: headers('Environment variables it gets.'),
    env_vars: { type: 'array', description: 'Environment variables passed on by name.' },
    url: text('The address, for a server over HTTP.'),
    bearer_token_env_var: text('Environment variable with the token.'),
    http_headers: headers('Headers.'),
    env_http_headers: headers('Headers from environment variables.'),
    scopes: words('OAuth scopes.'),
    oauth: { type: 'object', description: 'OAuth settings.' },
    oauth_resource: text('OAuth resource.'),
    enabled: flag('Whether the server is used.'),
    required: flag('Whether sessions fail without it.'),
    enabled_tools: words('The only tools offered.'),
    disabled_tools: words('Tools not offered.'),
    default_tools_approval_mode: toolApproval,
    tools: { type: 'object', description: 'Settings per tool.' },
    startup_timeout_sec: seconds('Seconds it may take to start.'),
    startup_timeout_ms: count('Milliseconds it may take to start.'),
    tool_timeout_sec: seconds('Seconds a tool may take.'),
    supports_parallel_tool_calls: flag('Call its tools at once.'),
    environment_id: text('The environment it runs in.'),
  },
  'An MCP server.',
  {
    not: { not: { anyOf: [{ required: ['command'] }, { required: ['url'] }] } },
    expected: 'a table with `command` (a server on the machine) or `url` (a server over HTTP)',
  },
);

export const defaultTables = {
  auto_review: table(
    { policy: text('Text added to the policy of the automatic reviewer.') },
    'The automatic reviewer.',
  ),
  sandbox_workspace_write: table(
    {
      writable_roots: words('More folders commands may write in, as absolute paths.'),
      network_access: flag('Let commands reach the network.'),
      exclude_slash_tmp: flag('Keep /tmp read-only.'),
      exclude_tmpdir_env_var: flag('Keep the folder of $TMPDIR read-only.'),
    },
    'What the sandbox mode `workspace-write` leaves open.',
  ),
  shell_environment_policy: table(
    {
      inherit: choice({ core: 'The basic ones.', all: 'All.', none: 'None.' }, 'Environment variables commands get.'),
      ignore_default_excludes: flag('Keep variables whose names look like secrets.'),
      exclude: words('Variables left out, by pattern.'),
      include_only: words('The only variables kept, by pattern.'),
      set: headers('Variables set.'),
      experimental_use_profile: flag('Read the shell profile.'),
    },
    'The environment of commands.',
  ),
  projects: mapOf(
    table(
      { trust_level: choice(['trusted', 'untrusted'], 'Whether its own settings, hooks and rules are read.') },
      'A folder.',
    ),
    'Folders by absolute path.',
  ),
  windows: openTable(
    {
      sandbox: choice(['elevated', 'unelevated', 'mxc'], 'The sandbox implementation.', {
        valueSince: { mxc: { version: '0.163.0', older: 'refuse', instead: 'elevated' } },
      }),
      sandbox_private_desktop: { description: 'Run commands on a desktop of their own.' },
    },
    'The Windows sandbox.',
  ),
  tools: openTable(
    {
      web_search: {
        description: 'Settings of the web search tool.',
        anyOf: [{ type: 'boolean' }, { type: 'object' }],
        expected: 'true, false or a table',
      },
      view_image: { description: 'Let the model look at images (older switch).' },
    },
    'Settings of built-in tools.',
  ),
  mcp_servers: mapOf(mcpServer, 'MCP servers members start with, by name.'),
  skills: openTable(
    {
      config: list(
        { type: 'object', description: 'A skill: `path` or `name`, and `enabled`.' },
        'Skills switched on or off.',
      ),
      bundled: table({ enabled: flag('Whether they are offered.') }, 'Skills that come with the client.'),
      include_instructions: flag('Tell the model about skills.'),
    },
    'Skills.',
  ),
  tool_suggest: openTable(
    { discoverables: { type: 'array', description: 'What may be suggested.' } },
    'Suggestions of tools.',
  ),
  memories: openTable(
    {
      use_memories: flag('Use what was remembered.'),
      generate_memories: flag('Remember.'),
      max_raw_memories_for_consolidation: count('How many are put together at once.'),
    },
    'What the client remembers between conversations.',
  ),
  agents: openTable(
    {
      max_threads: count('How many run at once (older name).', { minimum: 1 }),
      max_concurrent_threads_per_session: count('How many run at once.', {
        minimum: 1,
        since: { version: '0.163.0', older: 'refuse' },
      }),
      max_depth: count('How deep they nest.', { minimum: 1 }),
      job_max_runtime_seconds: count('Seconds a job may run.', { minimum: 1 }),
      interrupt_message: flag('Tell the model when a turn was interrupted.'),
    },
    'Sub-agents: limits, and roles by name.',
    {
      additionalProperties: {
        type: 'object',
        description: 'A role.',
        properties: {
          description: text('What the role is for.'),
          config_file: text('Path of its settings.'),
          nickname_candidates: words('Names it may take.'),
        },
      },
    },
  ),
  apps: mapOf(
    openTable(
      {
        enabled: flag('Whether the app is offered.'),
        default_tools_enabled: flag('Whether its tools are.'),
        default_tools_approval_mode: toolApproval,
        destructive_enabled: flag('Whether tools that destroy are.'),
        open_world_enabled: flag('Whether tools that reach out are.'),
        tools: mapOf(appTool, 'Tools by name.'),
      },
      'An app; `_default` stands for all.',
    ),
    'Apps (connectors) by id.',
  ),
  plugins: mapOf(
    openTable({ enabled: flag('Whether it is used.'), mcp_servers: openTable({}, 'Its MCP servers.') }, 'A plugin.'),
    'Plugins by name.',
  ),
  marketplaces: mapOf(
    openTable(
      {
        source_type: choice(['git', 'local'], 'The kind of source.'),
        source: text('Its address or folder.'),
        ref: text('Branch or tag.'),
        sparse_paths: words('The only folders read.'),
      },
      'A source.',
    ),
    'Sources of plugins by name.',
  ),
  notice: openTable(
    {
      hide_full_access_warning: flag('Full access was explained.'),
      hide_world_writable_warning: flag('Folders that all may write in were explained.'),
    },
    'Notices that were shown already.',
  ),
  hooks: openTable(
    Object.fromEntries(Object.entries(hooks.hooks?.properties ?? {}).filter(([key]) => /^[A-Z]/.test(key))),
    'Programs that run at fixed moments.',
  ),
  history: table(
    {
      persistence: choice(
        { 'save-all': 'Keep everything.', none: 'Keep nothing.' },
        'Whether prompts are kept on the machine.',
      ),
      max_bytes: count('Bytes kept.'),
    },
    'The history of prompts on the machine.',
  ),
  tui: openTable(
    {
      notifications: {
        description: 'Tell the member when something is to be done.',
        anyOf: [{ type: 'boolean' }, { type: 'array', items: { type: 'string' } }],
        expected: 'true, false or a list of kinds',
      },
      notification_method: choice(['auto', 'osc9', 'osc777', 'bel'], 'How.'),
      animations: flag('Move things.'),
      show_tooltips: flag('Show tips.'),
      alternate_screen: choice(['auto', 'always', 'never'], 'Use the second screen of the terminal.'),
      status_line: { description: 'What the status line shows.', anyOf: [{ type: 'array' }], expected: 'a list' },
      theme: text('Colours of code.'),
    },
    'The terminal interface.',
  ),
  realtime: openTable(
    {
      type: choice(['conversational', 'transcription'], 'The kind.'),
      transport: choice(['webrtc', 'websocket'], 'The connection.'),
      version: choice(['v1', 'v2', 'v3'], 'The protocol.'),
      voice: text('The voice.'),
    },
    'Voice.',
  ),
  analytics: table({ enabled: flag('Send usage facts to Reeve, which shows them under Activity.') }, 'Usage facts.'),
  feedback: table({ enabled: flag('Offer to send feedback to the vendor.') }, 'Feedback.'),
} satisfies Record<string, Shape>;
