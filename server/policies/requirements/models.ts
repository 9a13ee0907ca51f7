import { choice, closedTable, count, flag, ignoredBefore, mapOf, type Shape, table, text } from './shape.ts';

const tls = table(
  {
    'ca-certificate': text('Path of the CA.'),
    'client-certificate': text('Path of the certificate.'),
    'client-private-key': text('Path of the key.'),
  },
  'TLS files on the machine.',
);
const headers = mapOf(text('The value.'), 'Headers sent along.');

const exporter: Shape = {
  anyOf: [
    choice(['none', 'statsig'], 'Nothing, or the vendor.'),
    closedTable(
      {
        'otlp-http': table(
          {
            endpoint: text('The whole address, e.g. https://…/v1/logs.'),
            protocol: choice(['binary', 'json'], 'The encoding.'),
            headers,
            tls,
          },
          'OTLP over HTTP.',
          { required: ['endpoint', 'protocol'] },
        ),
      },
      'OTLP over HTTP.',
      { required: ['otlp-http'] },
    ),
    closedTable(
      {
        'otlp-grpc': table({ endpoint: text('The address.'), headers, tls }, 'OTLP over gRPC.', {
          required: ['endpoint'],
        }),
      },
      'OTLP over gRPC.',
      { required: ['otlp-grpc'] },
    ),
  ],
  expected:
    '"none", { otlp-http = { endpoint = "https://…", protocol = "json" or "binary" } } or { otlp-grpc = { endpoint = "…" } }',
};

const provider = table(
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

export const models: Record<string, Shape> = {
  model_provider: text('The model provider everybody uses.', ignoredBefore('0.163.0')),
  model_providers: mapOf(provider, 'Model providers by id.', ignoredBefore('0.163.0')),
  model_catalog_json: text('Path of a model list on the machine.', ignoredBefore('0.163.0')),
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
    'Start values for new conversations; members may choose differently.',
    ignoredBefore('0.163.0'),
  ),
  otel: closedTable(
    {
      environment: text('Name of the environment in every record.'),
      exporter: { ...exporter, description: 'Where log records go.' },
      trace_exporter: { ...exporter, description: 'Where traces go.' },
      metrics_exporter: { ...exporter, description: 'Where metrics go.' },
      log_user_prompt: flag('Include what members write.'),
      log_agent_responses: flag('Include what the model answers.'),
      log_sse_deltas: flag('Include every piece of a stream.'),
      log_guardian_assessments: flag('Include what the automatic reviewer says.'),
      tool_result: table({ max_bytes: count('Bytes.') }, 'How much of a tool result is included.'),
      span_attributes: mapOf(text('The value.'), 'Attributes of every span.'),
      tracestate: mapOf(mapOf(text('The value.'), 'Values.'), 'Trace state.'),
    },
    'Telemetry that members cannot switch off.',
    ignoredBefore('0.169.0'),
  ),
};
