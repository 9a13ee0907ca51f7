import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createMetrics, serveMetrics } from './metrics.ts';

test('counters are served on the metrics address, and nothing else is', async () => {
  const metrics = createMetrics();
  metrics.httpRequests.inc({ method: 'GET', route: '/api/members', status: '200' });
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  try {
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    const text = await answer.text();
    expect(text).toContain('reeve_http_requests_total{method="GET",route="/api/members",status="200"} 1');
    expect(text).toContain('process_resident_memory_bytes');
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404);
    await expect(serveMetrics(createMetrics(), { host: '127.0.0.1', port })).rejects.toThrow(
      `REEVE_METRICS_LISTEN: cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    );
  } finally {
    server.close();
  }
});
