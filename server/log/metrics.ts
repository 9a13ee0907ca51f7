import { createServer, type Server } from 'node:http';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { ListenAddress } from '#server/config-values.ts';

export interface Metrics {
  /** Features register their own counters here. */
  registry: Registry;
  httpRequests: Counter<'method' | 'route' | 'status'>;
  httpDurationSeconds: Histogram<'method' | 'route'>;
  httpInFlight: Gauge;
}

/** Labels are route patterns, never paths: a label per path would let any visitor fill the memory. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    httpRequests: new Counter({
      name: 'reeve_http_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    }),
    httpDurationSeconds: new Histogram({
      name: 'reeve_http_request_duration_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 300],
      registers,
    }),
    httpInFlight: new Gauge({ name: 'reeve_http_requests_in_flight', help: 'Requests not answered yet', registers }),
  };
}

/** Serves /metrics over plain HTTP on an address of its own, apart from the public server. Resolves once it listens. */
export async function serveMetrics({ registry }: Metrics, { host, port }: ListenAddress): Promise<Server> {
  const server = createServer(async (request, response) => {
    if (request.url?.split('?')[0] !== '/metrics' || request.method !== 'GET') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Only GET /metrics is here.\n');
      return;
    }
    try {
      const text = await registry.metrics();
      response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text);
    } catch {
      response.writeHead(500).end();
    }
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', (cause: NodeJS.ErrnoException) =>
    reject(
      new Error(
        `REEVE_METRICS_LISTEN: cannot listen on ${host}:${port} (${cause.code}). Choose another address, or off.`,
        { cause },
      ),
    ),
  );
  server.listen({ host, port }, resolve);
  await promise;
  return server;
}
