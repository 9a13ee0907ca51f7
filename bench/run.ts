/** `npm run bench [name …]`: every figure the documentation gives, measured here and now. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const all = [
  'gateway',
  'policy-delivery',
  'policy-storm',
  'directory',
  'effective-permissions',
  'scim',
  'audit-verify',
  'otlp-ingest',
  'analytics-api',
  'start-up',
  'analytics',
  'compliance-logs',
  'task-start',
  'task-queue',
  'task-scheduling',
  'egress-proxy',
];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`no such benchmark: ${unknown.join(', ')}. There are: ${all.join(', ')}\n`);
  process.exit(2);
}
process.stdout.write(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}\n`);
const failed = (wanted.length > 0 ? wanted : all).filter(
  (name) =>
    spawnSync(process.execPath, ['--no-warnings', join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' })
      .status !== 0,
);
if (failed.length > 0) process.exitCode = 1;
