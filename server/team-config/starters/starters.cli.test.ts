import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AppServer } from '#server/stock-client/app-server.ts';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { readStarters } from './read-starters.ts';

/** Each starter in a folder of its own of one trusted repository. */
let machine: ClientMachine;
let client: AppServer;
const starters = readStarters();

beforeAll(async () => {
  const workFiles = Object.fromEntries(
    starters.flatMap(({ id, files }) => files.map(({ path, content }) => [`${id}/${path}`, content])),
  );
  machine = await createClientMachine({ git: true, trustWorkFolder: true, workFiles });
  client = machine.appServer();
  await client.initialize();
});
afterAll(async () => {
  await client?.close();
  await machine?.close();
});

interface Listed {
  data: {
    skills: { name: string; description: string; path: string; scope: string; enabled: boolean }[];
    errors: unknown[];
  }[];
}
interface Read {
  config: Record<string, unknown>;
  layers: { name: { type: string; dotCodexFolder?: string }; disabledReason: string | null }[];
}

async function decide(id: string, command: string): Promise<string | null> {
  const rules = `${id}/.codex/rules/default.rules`;
  const { exitCode, stdout, stderr } = await machine.run([
    'execpolicy',
    'check',
    '-r',
    rules,
    '--',
    ...command.split(' '),
  ]);
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return (JSON.parse(stdout) as { decision?: string }).decision ?? null;
}

const decisions: Record<string, [command: string, decision: string | null][]> = {
  any: [
    ['git status --short', 'allow'],
    ['sudo make install', 'forbidden'],
  ],
  typescript: [
    ['npm publish', 'forbidden'],
    ['pnpm add zod', 'prompt'],
    ['npm ci', null],
    ['npm test', 'allow'],
  ],
  python: [
    ['uv publish', 'forbidden'],
    ['pip install requests', 'prompt'],
    ['pytest -q', 'allow'],
  ],
  go: [
    ['go get example.com/x', 'prompt'],
    ['go test ./...', 'allow'],
    ['go run .', null],
  ],
  rust: [
    ['cargo publish', 'forbidden'],
    ['cargo add serde', 'prompt'],
    ['cargo clippy --all-targets', 'allow'],
  ],
  jvm: [
    ['./gradlew publish', 'forbidden'],
    ['mvn deploy', 'forbidden'],
    ['mvn verify', 'prompt'],
    ['./gradlew check', 'allow'],
  ],
};

describe.each(starters)('$name', ({ id, files }) => {
  test('the client takes its rules, and decides as they say', async () => {
    const expected = [
      ['git push --force', 'forbidden'],
      ['git push', 'prompt'],
      ['git reset --hard', 'prompt'],
      ...(decisions[id] ?? []),
    ];
    const decided: unknown[] = [];
    for (const [command = ''] of expected) decided.push([command, await decide(id, String(command))]);
    expect(decided).toEqual(expected);
  });

  test('the client starts with its config, and lists its skills', async () => {
    const cwd = machine.files.work.file(id);
    await client.request('thread/start', { cwd, ephemeral: true });
    const { config, layers } = (await client.request('config/read', { cwd, includeLayers: true })) as Read;
    expect(layers.filter(({ name }) => name.dotCodexFolder === `${cwd}/.codex`)).toEqual([
      expect.not.objectContaining({ disabledReason: expect.any(String) }),
    ]);
    expect(config).toMatchObject({
      sandbox_mode: 'workspace-write',
      approval_policy: 'on-request',
      sandbox_workspace_write: { network_access: false },
    });
    const { data } = (await client.request('skills/list', { cwds: [cwd] })) as Listed;
    expect(data[0]?.errors).toEqual([]);
    const listed = data[0]?.skills
      .filter(({ path }) => path.startsWith(`${cwd}/`))
      .map(({ path }) => path.slice(cwd.length + 1));
    expect(listed?.sort()).toEqual(
      files
        .map(({ path }) => path)
        .filter((path) => path.endsWith('/SKILL.md'))
        .sort(),
    );
    const warned = client.notices.filter(
      ({ method, params }) => /warning/i.test(method) && JSON.stringify(params).includes(`${cwd}/`),
    );
    expect(warned).toEqual([]);
  });
});
