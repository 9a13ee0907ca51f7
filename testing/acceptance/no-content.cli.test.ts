import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '#server/config.ts';
import type { Database } from '#server/db/open-database.ts';
import { openMigratedDatabase } from '#server/start.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { applyPatch, message, shellCommand } from '#testing/servers/model-steps.ts';
import { startPostgres } from '#testing/servers/postgres.ts';
import { startResponsesServer } from '#testing/servers/responses.ts';
import { corpModel, upstreamKey } from './open-acceptance.ts';

/** What is said, each by a word of its own; `printed` is in no command as such, only in what it prints. */
const marks = {
  prompt: 'qprompt7731marker',
  answer: 'qanswer7732marker',
  command: 'qcommand7733marker',
  printed: 'qprinted7734marker',
  patch: 'qpatch7735marker',
  reported: 'qreported7736marker',
};
const run = `echo ${marks.command}; printf 'q%s%s' printed 7734marker`;

/** Every row of every table, as text. */
async function dumpTables(db: Database): Promise<string> {
  const { rows: tables } = await sql<{ schema: string; name: string }>`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`.execute(db);
  expect(tables.length).toBeGreaterThan(40);
  const dumped: string[] = [];
  for (const { schema, name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(`${schema}.${name}`)} t`.execute(
      db,
    );
    dumped.push(`${schema}.${name}`, ...rows.map(({ row }) => row));
  }
  return dumped.join('\n');
}

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)));
}

const found = (text: string | Buffer) =>
  Object.entries(marks).flatMap(([name, mark]) => (text.includes(mark) ? [name] : []));

async function useCodex(environment: Record<string, string>, { isKept }: { isKept: boolean }) {
  const upstream = await startResponsesServer({
    apiKey: upstreamKey,
    models: [corpModel],
    script: eachTurn(
      shellCommand(run),
      applyPatch(`*** Add File: notes.txt\n+${marks.patch}`),
      message(`It says ${marks.answer}.`),
    ),
  });
  onTestFinished(() => upstream.close());
  const reeve = await openInstallation({ ...environment, REEVE_LOG_LEVEL: 'trace' });
  const server = await reeve.serve();
  const organisation = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  const { api } = organisation.owner;
  await organisation.serveModel({ baseUrl: upstream.baseUrl, apiKey: upstreamKey }, corpModel);
  if (isKept) await api.workspace.updateSettings({ localContentKept: true });
  const grace = await organisation.addMember({ name: 'Grace Hopper' });
  const policy = await organisation.addPolicy('Open', 'allowed_sandbox_modes = ["read-only", "workspace-write"]\n');
  await organisation.assign([], policy.id);
  const client = await openSignedInClient(organisation, grace, { trustWorkFolder: true });
  onTestFinished(() => client.close());
  const finished = await client.run(['exec', '--skip-git-repo-check', '-s', 'workspace-write', `Note ${marks.prompt}`]);
  expect(finished.stdout).toContain(marks.answer);
  // The client really said all of it to the server, which passed it on.
  expect(found(JSON.stringify(upstream.requests.map(({ body }) => body))).sort()).toEqual(
    ['command', 'patch', 'printed', 'prompt'].sort(),
  );
  const tools = async () => (await api.activity.events({ kind: 'tool.completed' })).items;
  await expect
    .poll(async () => (await tools()).map(({ tool }) => tool).sort(), { timeout: 30_000 })
    .toEqual(['apply_patch', 'exec_command']);
  return { reeve, server, api, client };
}

type Used = Awaited<ReturnType<typeof useCodex>>;

/** What a client of another version, or nobody's client, may report. */
async function reportOddly({ reeve, client }: Used): Promise<void> {
  const event = {
    event_type: 'codex_of_tomorrow',
    event_params: { text: marks.reported, note: `a ${marks.reported}` },
  };
  const token = JSON.parse(await client.files.codexHome.read('auth.json')).tokens.access_token;
  const { exitCode, stdout } = await client.shell(
    'curl -sS -o /dev/null -w "%{http_code}" --cacert "$HOME/../reeve-ca.pem" -H "authorization: Bearer $1" -H "content-type: application/json" -d "$2" "$3"',
    { args: [token, JSON.stringify({ events: [event] }), `${reeve.origin}/backend-api/codex/analytics-events/events`] },
  );
  expect([exitCode, stdout]).toEqual([0, '202']);
}

async function whatIsLeft({ reeve, server }: Used, environment: Record<string, string>) {
  server.kill('SIGTERM');
  await server.exit;
  const { opened } = await openMigratedDatabase(readConfig({ ...environment, REEVE_DATA: reeve.dataFolder }));
  const tables = await dumpTables(opened.db);
  await opened.close();
  const files = await filesOf(reeve.dataFolder);
  return {
    tables: found(tables),
    files: [...files].flatMap(([file, bytes]) => found(bytes).map((mark) => `${mark} in ${file}`)),
    log: found(server.stdout + server.stderr),
  };
}

const nothing = { tables: [], files: [], log: [] };

test('nothing of what was said reaches database, data folder or log unless the workspace keeps it', async () => {
  const used = await useCodex({}, { isKept: false });
  await reportOddly(used);
  await expect
    .poll(async () => (await used.api.activity.events({ search: 'grace' })).items.map(({ detail }) => detail.name))
    .toContain('codex_of_tomorrow');
  const [call] = (await used.api.activity.list({})).items;
  expect(await used.api.activity.get({ id: call?.id ?? '' })).toMatchObject({
    content: null,
    whyNoContent: 'not-kept',
  });
  expect(await whatIsLeft(used, {})).toEqual(nothing);
});

test('the same on PostgreSQL', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  const environment = { REEVE_DATABASE_URL: postgres.url };
  const used = await useCodex(environment, { isKept: false });
  await reportOddly(used);
  expect(await whatIsLeft(used, environment)).toEqual(nothing);
});

test('what is kept can be read by whoever may, and stands nowhere in clear', async () => {
  const used = await useCodex({}, { isKept: true });
  const events = (await used.api.activity.events({ search: 'grace' })).items;
  const contents = await Promise.all(
    events.filter(({ source }) => source !== 'reeve').map(({ id }) => used.api.activity.event({ id })),
  );
  const said = found(JSON.stringify(contents.map(({ content }) => content)));
  expect(said).toEqual(expect.arrayContaining(['prompt', 'answer', 'command', 'patch']));
  expect(await whatIsLeft(used, {})).toEqual(nothing);
});
