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
    choice({ none: 'Nowhere.', statsig: 'To the vendor.' }, 'Nothing, or the vendor.'),
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

export const exporters = {
  exporter: { ...exporter, description: 'Where log records go.' },
  trace_exporter: { ...exporter, description: 'Where traces go.' },
  metrics_exporter: { ...exporter, description: 'Where metrics go.' },
};

export const telemetry: Record<string, Shape> = {
  otel: closedTable(
    {
      environment: text('Name of the environment in every record.'),
      ...exporters,
      log_user_prompt: flag('Include what members write.'),
      log_agent_responses: flag('Include what the model answers.'),
      log_sse_deltas: flag('Include every piece of a stream.'),
      log_guardian_assessments: flag('Include what the automatic reviewer says.'),
      tool_result: table({ max_bytes: count('Bytes.') }, 'How much of a tool result is included.'),
      span_attributes: mapOf(text('The value.'), 'Attributes of every span.'),
      tracestate: mapOf(mapOf(text('The value.'), 'Values.'), 'Trace state.'),
    },
    'Where clients send OpenTelemetry records and what is in them; members cannot switch it off.',
    {
      ...ignoredBefore('0.169.0'),
      whenDisallowed: 'The client warns that values under `otel` are overridden and uses those of the policy.',
    },
  ),
};
