import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createOwnerLink } from '#server/directory/index.ts';
import { clientPins } from '#server/stock-client/install-client.ts';
import { startProgram } from '#server/stock-client/start-program.ts';
import { foundOrganisation, type Organisation } from '#testing/organisation.ts';
import { programEnvironment } from '#testing/program-environment.ts';
import { tablesThatMention } from '#testing/proof-runs.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

// A whole proof with a real client, and programs that load everything.
vi.setConfig({ testTimeout: 300_000 });

const main = join(import.meta.dirname, '../main.ts');
let reeve: TestReeve;
let organisation: Organisation;
let folder: string;
let secret: string;

const policy = `allowed_sandbox_modes = ["read-only"]
allowed_approval_policies = ["on-request"]
allowed_web_search_modes = ["disabled"]

[rules]
prefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden", justification = "Nothing is deleted here." }]
`;

beforeAll(async () => {
  reeve = await startTestReeve({ REEVE_CLIENTS_FOLDER: clientPins });
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  await organisation.addPolicy('Contractors', policy);
  folder = await mkdtemp(join(tmpdir(), 'reeve-prove-'));
  const key = { name: 'Pipeline', scopes: ['verify.run' as const, 'audit.read' as const], allowedIps: [] };
  ({ secret } = await organisation.owner.api.keys.create(key));
}, 240_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await reeve.close();
});

const program = (args: string[]) =>
  startProgram(process.execPath, [main, ...args], {
    cwd: folder,
    env: { ...programEnvironment(), REEVE_ORIGIN: reeve.origin, REEVE_API_KEY: secret },
  });
const online = (...args: string[]) => program([...args, '--ca', reeve.authorityFile]).exit;

/** Machines of stock clients that this process opened and that are there now; other tests have machines as well. */
async function machines(): Promise<string[]> {
  const names = (await readdir('/var/tmp')).filter((name) => name.startsWith('reeve-client-'));
  const owners = await Promise.all(names.map((name) => readFile(`/var/tmp/${name}/owner`, 'utf8').catch(() => '')));
  return names.filter((_, index) => owners[index]?.split(' ')[2] === String(process.pid));
}

/** What still runs on one of these machines, by the variable that all its processes carry. */
async function processesOn(names: ReadonlySet<string>): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    const [, machine = ''] = /REEVE_CLIENT_MACHINE=\/var\/tmp\/([^\0]+)/.exec(environment) ?? [];
    if (names.has(machine)) found.push(pid);
  }
  return found;
}

/** As what is fetched once the evidence of a run is dropped. */
const emptied = (cells: unknown): unknown =>
  JSON.parse(JSON.stringify(cells), (name, value: unknown) => (name === 'evidence' ? [] : value));

/** What people see of the real workspace. */
async function seen() {
  const { api } = organisation.owner;
  const [members, activity, usage] = await Promise.all([
    api.directory.members.list({}),
    api.activity.list({}),
    reeve.services.db.selectFrom('usage_days').select('member_id').execute(),
  ]);
  return { members: members.items.map(({ email }) => email), activity: activity.items, usage };
}

test('`reeve prove` goes the whole way, and leaves nothing behind but what it found', async () => {
  const before = { seen: await seen(), machines: await machines() };
  const startedMs = performance.now();
  const ownMachines = new Set<string>();
  const workspaces = new Set<string>();
  const watching = setInterval(async () => {
    for (const name of await machines()) if (!before.machines.includes(name)) ownMachines.add(name);
    for (const { id } of await reeve.services.db
      .selectFrom('workspaces')
      .select('id')
      .where('proof_run_id', 'is not', null)
      .execute())
      workspaces.add(id);
  }, 1_000);
  const files = ['--certificate', 'certificate.json', '--pdf', 'certificate.pdf', '--evidence', 'evidence.json'];
  const proved = await online('prove', '--policy', 'Contractors', '--client', '0.169.0', ...files);
  clearInterval(watching);
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(proved.stdout, proved.stderr, `${seconds.toFixed(1)} s`);
  const [, verdict = ''] = /Proof 1: (\w+) \(\d+ held/.exec(proved.stdout) ?? [];
  expect({ held: 0, broken: 1, partly: 3, inconclusive: 4 }[verdict]).toBe(proved.exitCode);
  expect(proved.stderr).toContain('Contractors version 1 with Codex 0.169.0: begins');

  await writeFile(join(folder, 'key.json'), (await online('audit', 'public-key')).stdout);
  const known = ['--public-key', 'key.json'];
  const verified = await program(['audit', 'verify', 'certificate.json', ...known, '--evidence', 'evidence.json']).exit;
  expect(verified.stdout).toContain('Valid: signed with the key');
  expect(verified.exitCode).toBe(0);
  const kept = JSON.parse(await readFile(join(folder, 'evidence.json'), 'utf8'));
  await writeFile(join(folder, 'emptied.json'), JSON.stringify(emptied(kept)));
  const bare = await program(['audit', 'verify', 'certificate.json', ...known, '--evidence', 'emptied.json']).exit;
  expect(bare.stdout).toMatch(/^note: The evidence of \d+ of \d+ attempts .* is no longer kept: not compared\.$/m);
  const certificate = await readFile(join(folder, 'certificate.json'), 'utf8');
  const forged = certificate.replace(
    `"verdict": "${verdict}"`,
    `"verdict": "${verdict === 'held' ? 'broken' : 'held'}"`,
  );
  await writeFile(join(folder, 'forged.json'), forged);
  const refused = await program(['audit', 'verify', 'forged.json', ...known]).exit;
  expect([refused.exitCode, refused.stdout]).toEqual([2, expect.stringContaining('NOT VALID')]);
  expect((await readFile(join(folder, 'certificate.pdf'))).subarray(0, 5).toString()).toBe('%PDF-');

  expect(workspaces.size).toBe(1);
  expect(await tablesThatMention(reeve.services.db, [...workspaces])).toEqual([]);
  expect(await tablesThatMention(reeve.services.db, ['proof.invalid', 'Under proof'])).toEqual([]);
  expect(await seen()).toEqual(before.seen);
  expect(ownMachines.size).toBeGreaterThan(0);
  const left = await machines();
  expect([...ownMachines].filter((name) => left.includes(name))).toEqual([]);
  expect(await processesOn(ownMachines)).toEqual([]);
  const { items } = await organisation.owner.api.audit.list({});
  const events = items.map(({ event }) => event);
  expect(events.slice(0, events.indexOf('proof.started') + 1)).toEqual([
    'proof.certified',
    'proof.finished',
    'proof.started',
  ]);
});

test('what cannot be done ends with a code of its own', async () => {
  const unknown = await online('prove', '--policy', 'Nobody');
  expect([unknown.exitCode, unknown.stderr]).toEqual([
    78,
    expect.stringContaining('There are: Contractors, No policy'),
  ]);
  const absent = await online('prove', '--client', '0.1.0');
  expect([absent.exitCode, absent.stderr]).toEqual([4, expect.stringContaining('reeve prove install 0.1.0')]);
  expect((await program(['prove', '--no-such-option']).exit).exitCode).toBe(78);
  expect((await program(['prove']).exit).exitCode).toBe(69);
  const clients = await online('prove', 'clients');
  expect([clients.exitCode, clients.stderr, clients.stdout]).toEqual([
    0,
    '',
    expect.stringContaining('0.169.0  installed'),
  ]);
  expect((await online('prove', 'install', '0.169.0')).stdout).toContain('is installed');
});
