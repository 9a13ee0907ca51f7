import { Hono } from 'hono';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { HttpEnv } from './http-env.ts';
import { mountUnknownPaths } from './unknown-paths.ts';

test('a path of the clients’ protocol that Reeve does not know is a JSON 404, and one line in the log however often it comes', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  const app = new Hono<HttpEnv>();
  app.use('*', (c, next) => {
    c.set('log', log);
    c.set('requestId', 'req_1');
    return next();
  });
  mountUnknownPaths(app);
  for (const id of ['task_e_0123456789', 'task_e_9876543210', 'task_e_0123456789']) {
    const response = await app.request(`/backend-api/wham/tasks/${id}`, {
      headers: { 'user-agent': 'codex_exec/0.170.0' },
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ error: { code: 'not-found' }, request_id: 'req_1' });
  }
  expect((await app.request('/backend-api/brand/new')).status).toBe(404);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toContain('/backend-api/wham/tasks/:id');
  expect(lines[0]).toContain('codex_exec/0.170.0');
});
