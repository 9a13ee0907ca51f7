import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { ClientMachine } from '#testing/codex-cli/client-machine.ts';
import { openSignedInClient } from '#testing/joined-client.ts';
import type { Person } from '#testing/organisation.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { applyPatch, message, shellCommand } from '#testing/servers/model-steps.ts';
import { admitVersion, isSince, setUp, version } from './client-versions.ts';
import { type Acceptance, openAcceptance } from './open-acceptance.ts';

/** Clients before 0.140 get their policy as one document, which holds no telemetry, and no defaults. */
const reports = isSince('0.140.0');
const cannotSwitchOff = isSince('0.169.0');

const policy = `allowed_sandbox_modes = ["read-only", "workspace-write"]
[rules]
prefix_rules = [{ pattern = [{ token = "rm" }], decision = "forbidden", justification = "Ask first." }]
`;

let acceptance: Acceptance;
let policyNumber: number;
beforeAll(async () => {
  acceptance = await openAcceptance();
  const { organisation } = acceptance;
  await admitVersion(organisation);
  const { id, number } = await organisation.addPolicy('Developers', policy);
  policyNumber = number;
  await organisation.assign([], id);
});
afterAll(() => acceptance.close());

async function openClient(name: string, settings = ''): Promise<{ person: Person; client: ClientMachine }> {
  const person = await acceptance.organisation.addMember({ name });
  const client = await openSignedInClient(acceptance.organisation, person, setUp({ settings }));
  onTestFinished(() => client.close());
  return { person, client };
}

const exec = (client: ClientMachine, prompt: string, args: string[] = []) =>
  client.run(['exec', '-s', 'workspace-write', '--skip-git-repo-check', ...args, prompt]);

/** Everything that clients of this person reported by OpenTelemetry. */
const reported = ({ memberId }: Person) =>
  acceptance.reeve.services.db
    .selectFrom('activity_events')
    .selectAll()
    .where('member_id', '=', memberId)
    .where('source', '=', 'otel')
    .orderBy('at')
    .execute();
const signals = async ({ memberId }: Person) =>
  (
    await acceptance.reeve.services.db
      .selectFrom('telemetry_senders')
      .select('signal')
      .where('member_id', '=', memberId)
      .orderBy('signal')
      .execute()
  ).map(({ signal }) => signal);

test(`what Codex ${version} does with tools is there: which tool, who decided, by which rule`, async () => {
  const { person, client } = await openClient('Grace Hopper');
  acceptance.onPrompt(
    'change files',
    eachTurn(
      shellCommand('echo hello > made.txt'),
      shellCommand('rm made.txt'),
      shellCommand('touch more', { escalate: 'I want to' }),
      applyPatch('*** Add File: p.txt\n+hello'),
      message('Changed.'),
    ),
  );
  expect(await exec(client, 'change files')).toMatchObject({ exitCode: 0 });
  if (!reports) {
    expect(await reported(person)).toEqual([]);
    return;
  }
  await expect.poll(() => signals(person)).toEqual(['logs', 'metrics']);
  const events = await reported(person);
  const threads = new Set(events.flatMap(({ thread_id }) => thread_id ?? []));
  expect(threads.size).toBe(1);
  for (const event of events)
    expect(event).toMatchObject({
      member_label: person.email,
      surface: 'CODEX_CLI',
      client: 'codex_exec',
      client_version: version,
    });
  const { services } = acceptance.reeve;
  const calls = await services.db
    .selectFrom('activity_events')
    .select(['tool', 'outcome', 'decision', 'decided_by', 'rule', 'duration_ms'])
    .where('member_id', '=', person.memberId)
    .where('kind', '=', 'tool.completed')
    .orderBy('at')
    .execute();
  expect(calls).toMatchObject([
    { tool: 'exec_command', outcome: 'completed' },
    {
      tool: 'exec_command',
      outcome: 'refused',
      decision: 'forbidden',
      decided_by: 'policy',
      rule: `${policyNumber}.1.0`,
    },
    { tool: 'exec_command', outcome: 'refused', decision: 'denied', decided_by: 'config', rule: null },
    { tool: 'apply_patch', outcome: 'completed' },
  ]);
  const decisions = events.filter(({ kind }) => kind === 'tool.decided');
  expect(decisions.at(-1)).toMatchObject({ tool: 'apply_patch', decision: 'approved', decided_by: 'config' });
  // Reported by its usage events too, and one all the same.
  const started = await services.db
    .selectFrom('activity_events')
    .select('thread_id')
    .where('member_id', '=', person.memberId)
    .where('kind', '=', 'thread.started')
    .execute();
  expect(started).toEqual([...threads].map((thread_id) => ({ thread_id })));
  const unknown = await services.db
    .selectFrom('activity_unknown')
    .select('name')
    .where('source', '=', 'otel')
    .execute();
  expect(unknown.filter(({ name }) => name.startsWith('codex.'))).toEqual([]);
});

if (reports)
  test.each([
    ['in config.toml', '[otel]\nexporter = "none"\nmetrics_exporter = "none"\n[analytics]\nenabled = false\n', []],
    ['on the command line', '', ['-c', 'otel.exporter="none"', '-c', 'otel.metrics_exporter="none"']],
    ['with an empty table', '', ['-c', 'otel={}']],
    ['with another collector', '[otel]\nexporter = { otlp-grpc = { endpoint = "http://127.0.0.1:9" } }\n', []],
  ])(
    cannotSwitchOff ? `a member cannot switch it off %s` : `a member with Codex ${version} can switch it off %s`,
    async (how, settings, args) => {
      const { person, client } = await openClient(`Switcher ${how}`, settings);
      acceptance.onPrompt(how, () => message('Here.'));
      const run = await exec(client, how, args);
      // A default beside a member's own exporter of another kind keeps these clients from starting.
      const isClash = !cannotSwitchOff && settings.includes('otlp-grpc');
      expect(run.exitCode).toBe(isClash ? 1 : 0);
      if (cannotSwitchOff) await expect.poll(() => signals(person)).toEqual(['logs', 'metrics']);
      else if (settings + args.join('') !== 'otel={}' && !args.includes('otel={}'))
        expect(await signals(person)).not.toContain('logs');
    },
  );

test(`Codex ${version} works while nobody takes its telemetry`, async () => {
  const { person, client } = await openClient('Alan Turing');
  acceptance.onPrompt('hi', () => message('Hello.'));
  const { db } = acceptance.reeve.services;
  await db.schema.alterTable('telemetry_senders').renameTo('telemetry_away').execute();
  const run = await exec(client, 'hi');
  await db.schema.alterTable('telemetry_away').renameTo('telemetry_senders').execute();
  acceptance.reeve.errorLines.splice(0);
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Hello.') });
  expect(await signals(person)).toEqual([]);
});
