/** Writes docs/generated/ from the code, or with `--check` says which files are out of date. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { auditEventsPage } from './documents/audit-events.ts';
import { configurationPage } from './documents/configuration.ts';
import { errorsPage } from './documents/errors.ts';
import { keyScopesPage } from './documents/key-scopes.ts';
import { mapPage } from './documents/map.ts';
import { openApiDocument } from './documents/openapi.ts';
import { permissionsPage } from './documents/permissions.ts';
import { requirementsPage } from './documents/requirements.ts';
import { schemaSql } from './documents/schema.ts';
import { teamConfigPage } from './documents/team-config.ts';

const folder = join(import.meta.dirname, '../docs/generated');

const documents: Record<string, () => string | Promise<string>> = {
  'map.md': mapPage,
  'permissions.md': permissionsPage,
  'requirements.md': requirementsPage,
  'key-scopes.md': keyScopesPage,
  'errors.md': errorsPage,
  'team-config.md': teamConfigPage,
  'audit-events.md': auditEventsPage,
  'configuration.md': configurationPage,
  'openapi.json': openApiDocument,
  'schema.sql': schemaSql,
};

const isCheck = process.argv.includes('--check');
const outdated: string[] = [];
await mkdir(folder, { recursive: true });
for (const [name, write] of Object.entries(documents)) {
  const path = join(folder, name);
  const text = await write();
  const current = await readFile(path, 'utf8').catch(() => '');
  if (current === text) continue;
  outdated.push(name);
  if (!isCheck) await writeFile(path, text);
}
if (isCheck && outdated.length > 0) {
  process.stderr.write(
    `docs/generated is out of date: ${outdated.join(', ')}. Run \`npm run docs\` and commit the result.\n`,
  );
  process.exitCode = 1;
} else if (!isCheck)
  process.stdout.write(outdated.length > 0 ? `written: ${outdated.join(', ')}\n` : 'nothing changed\n');
