import {
  choice,
  closedTable,
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
  description: 'How one text is compared.',
  anyOf: [
    closedTable(
      {
        match: choice({ exact: 'The whole text.', prefix: 'Its beginning.' }, 'How to compare.'),
        value: text('The text.'),
      },
      'By text.',
      { required: ['match', 'value'] },
    ),
    closedTable(
      {
        match: choice({ regex: 'The whole text matches the expression.' }, 'How to compare.'),
        expression: text('The expression.'),
      },
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
        table({ command: text('The program.') }, 'By program; arguments are free.', { required: ['command'] }),
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

export const appTool = table(
  {
    approval_mode: choice(
      {
        auto: 'The client decides.',
        prompt: 'Always ask.',
        writes: 'Ask before the tool changes something.',
        approve: 'Never ask.',
      },
      'When the tool asks.',
      {
        ...ignoredBefore('0.140.0'),
        valueSince: { writes: { version: '0.163.0', older: 'refuse', instead: 'prompt' } },
      },
    ),
    analytics_result_source: closedTable(
      { format: text('The format.'), type: text('The type.') },
      'Where results are counted. The vendor has not documented this key yet.',
      { required: ['format', 'type'], ...ignoredBefore('0.163.0') },
    ),
  },
  'One tool of the app.',
);

const disabledServer = 'The server is shown as disabled by this policy; its tools are not offered to the model.';

export const connections: Record<string, Shape> = {
  mcp_servers: mapOf(
    mcpServer,
    'The MCP servers members may use, by the name members give them; both the name and the identity must fit. An empty table switches all of them off.',
    { whenDisallowed: disabledServer },
  ),
  plugins: mapOf(
    table(
      { mcp_servers: mapOf(mcpServer, 'Servers of the plugin that stay on.', ignoredBefore('0.140.0')) },
      'A plugin.',
    ),
    'MCP servers that come with plugins.',
    { ...ignoredBefore('0.140.0'), whenDisallowed: disabledServer },
  ),
  marketplaces: closedTable(
    {
      restrict_to_allowed_sources: flag('Refuse every source that is not listed.'),
      allowed_sources: mapOf(
        closedTable(
          {
            source: choice(
              {
                git: 'A repository: `url` and, if wanted, `ref`.',
                host_pattern: 'Every repository on a host: `host_pattern`.',
                local: 'A folder on the machine: `path`.',
              },
              'The kind of source.',
            ),
            url: text('Address of the repository.'),
            ref: text('Branch or tag.'),
            host_pattern: text('Regular expression on the host in lower case; write ^ and $ around it.'),
            path: text('Absolute path.'),
          },
          'A source.',
        ),
        'Sources by a name of your choice.',
      ),
    },
    'Where plugins may come from.',
    { ...ignoredBefore('0.163.0'), whenDisallowed: 'Adding, installing and refreshing from the source is refused.' },
  ),
  apps: mapOf(
    table(
      {
        enabled: flag('Whether the app may be used; false switches it off for good.'),
        tools: mapOf(appTool, 'Tools by name.'),
      },
      'An app.',
    ),
    'Apps (connectors) and their tools. Reeve switches apps off as a feature, because the vendor serves them.',
    { whenDisallowed: 'The app stays off, silently.' },
  ),
};
