import { choice, count, flag, ignoredBefore, mapOf, type Shape, table, text } from './shape.ts';

export const modelProvider = table(
  {
    name: text('The name members see.', { pattern: '\\S', expected: 'a name that is not blank' }),
    base_url: text('Where requests go.'),
    wire_api: choice(['responses'], 'The protocol.'),
    env_key: text('Environment variable with the key.'),
    env_key_instructions: text('How to get a key.'),
    experimental_bearer_token: text('A fixed token.'),
    requires_openai_auth: flag('Send the sign-in of the member.'),
    query_params: mapOf(text('The value.'), 'Query parameters.'),
    http_headers: mapOf(text('The value.'), 'Headers.'),
    env_http_headers: mapOf(text('The variable.'), 'Headers from environment variables.'),
    request_max_retries: count('Retries of a request.'),
    stream_max_retries: count('Retries of a stream.'),
    stream_idle_timeout_ms: count('Milliseconds of silence before a stream is given up.'),
    websocket_connect_timeout_ms: count('Milliseconds to connect.'),
    supports_websockets: flag('Try WebSocket first.'),
    supports_standalone_web_search: flag('The provider searches the web.'),
    model_catalog_url: text('Where the list of models is.'),
    project_id: text('Cloud project.'),
    location: text('Cloud region.'),
    credential_file: text('Path of the credentials.'),
    auth: { type: 'object', description: 'A program that prints a token.', required: ['command'] },
    gateway_oauth: {
      type: 'object',
      description: 'Sign-in at the provider.',
      required: ['authorization_url', 'token_url', 'client_id'],
    },
    aws: { type: 'object', description: 'Amazon credentials.' },
    capabilities: { type: 'object', description: 'What the provider can do.' },
  },
  'A model provider.',
  { required: ['name'] },
);

const overridden =
  'The client warns that the value is overridden and uses the one of the policy, whatever members put into their configuration or on the command line.';

export const models: Record<string, Shape> = {
  model_provider: text(
    'The model provider everybody uses. Reeve pins its own, so that model traffic goes through its gateway.',
    {
      ...ignoredBefore('0.163.0'),
      whenDisallowed: overridden,
    },
  ),
  model_providers: mapOf(modelProvider, 'Model providers by id.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: "Replaces a member's own provider of the same id.",
  }),
  model_catalog_json: text('Path of a model list on the machine; clients without the file refuse to start.', {
    ...ignoredBefore('0.163.0'),
    whenDisallowed: overridden,
  }),
  models: table(
    {
      new_thread: table(
        {
          model: text('The model.'),
          model_reasoning_effort: text('The effort.', { pattern: '[^]', expected: 'a level such as "medium"' }),
          service_tier: text('The tier.'),
        },
        'What a new conversation starts with.',
      ),
    },
    'Start values for new conversations. Which models may be used at all is set under Models and enforced by the gateway.',
    {
      ...ignoredBefore('0.163.0'),
      whenDisallowed:
        'Nothing is disallowed: a model or effort the member chooses, in the configuration or on the command line, wins silently.',
    },
  ),
};
