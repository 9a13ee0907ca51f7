import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Without a registry, counts that nobody reads. Labels are codes and outcomes, never names that clients can make up. */
export function createGatewayMetrics(registry: Registry = new Registry()) {
  const registers = [registry];
  const buckets = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
  return {
    calls: new Counter({
      name: 'reeve_gateway_calls_total',
      help: 'Model calls by how they ended',
      labelNames: ['outcome', 'code'],
      registers,
    }),
    running: new Gauge({ name: 'reeve_gateway_running_calls', help: 'Model calls not answered yet', registers }),
    tokens: new Counter({
      name: 'reeve_gateway_tokens_total',
      help: 'Tokens as the upstream counted them',
      labelNames: ['kind'],
      registers,
    }),
    durationSeconds: new Histogram({
      name: 'reeve_gateway_call_duration_seconds',
      help: 'Time from the request to the end of the answer',
      buckets,
      registers,
    }),
    firstTokenSeconds: new Histogram({
      name: 'reeve_gateway_first_token_seconds',
      help: 'Time from the request to the first token',
      buckets,
      registers,
    }),
  };
}
