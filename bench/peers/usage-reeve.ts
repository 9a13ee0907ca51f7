/** A whole Reeve whose members used two clients and two models every day. Arguments: members, days. */
import process from 'node:process';
import { sql } from 'kysely';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { announce } from './announce.ts';

const [members = '30000', days = '3'] = process.argv.slice(2);
const environment = process.env.BENCH_DATABASE_URL ? { REEVE_DATABASE_URL: process.env.BENCH_DATABASE_URL } : {};
const reeve = await startTestReeve(environment);
const { db } = reeve.services;
const { workspaceId } = await seedWorkspace(db);
await sql`insert into members (id, workspace_id, email, name, status, source, created_at)
  select 'mem_' || lpad(n::text, 32, '0'), ${workspaceId}, 'person-' || n || '@example.com', 'Person ' || n, 'active', 'manual', now()
  from generate_series(1, ${sql.lit(Number(members))}) n`.execute(db);
await sql`insert into usage_days (workspace_id, zone, day, member_id, surface, client, model, calls, failed_calls, refused_calls,
    unpriced_calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, credits, cost_usd,
    threads, threads_of_surface, threads_of_client, threads_of_model, threads_of_surface_model, threads_of_leaf,
    turns, turns_of_surface, turns_of_client, turns_of_model, turns_of_surface_model, turns_of_leaf)
  select ${workspaceId}, 'UTC', (now() at time zone 'UTC')::date - d, 'mem_' || lpad(n::text, 32, '0'), leaf.surface, 'codex', leaf.model,
    5 + n % 40, 0, 0, 0, 90000 + n * 7919 % 600000, 60000, 4000 + n * 613 % 24000, 1000, 12.5 + n % 70, 0.5 + (n % 300) / 97.0,
    1 + n % 5, 1, 1, 1, 1, 1, 3 + n % 30, 2, 2, 2, 2, 2
  from generate_series(1, ${sql.lit(Number(members))}) n, generate_series(0, ${sql.lit(Number(days) - 1)}) d,
    (values ('CODEX_CLI', 'gpt-5.5'), ('CODEX_IDE_VSCODE', 'gpt-5.5-mini')) as leaf (surface, model)`.execute(db);
await sql`analyze`.execute(db);
const { secret } = await seedKey(reeve.services, { workspaceId, scopes: ['codex.enterprise.analytics.read'] });
announce({ origin: reeve.origin, authorityFile: reeve.authorityFile, workspaceId, secret });
