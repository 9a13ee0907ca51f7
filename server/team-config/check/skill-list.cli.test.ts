import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ClientMachine, createClientMachine } from '#testing/codex-cli/client-machine.ts';
import { type ResponsesServer, startResponsesServer } from '#testing/servers/responses.ts';
import { readProject } from '../files/read-folder.ts';
import { checkTeamConfig } from './check-team-config.ts';

let model: ResponsesServer;
let machine: ClientMachine;

const description = (index: number): string => `Skill ${index} ${'does this and that '.repeat(21)}`.trim();
const cases = { fits: 40, 'does-not': 50, 'small-fits': 11, 'small-does-not': 16 } as const;

beforeAll(async () => {
  model = await startResponsesServer();
  machine = await createClientMachine({
    version: '0.169.0',
    git: true,
    trustWorkFolder: true,
    configToml: `model = "corp-model"\nmodel_provider = "corp"\n[model_providers.corp]\nname = "Corp"\nbase_url = "${model.baseUrl}"\n`,
  });
  for (const [folder, count] of Object.entries(cases)) {
    for (let index = 0; index < count; index += 1)
      await machine.files.work.write(
        `${folder}/.codex/skills/skill-${index}/SKILL.md`,
        `---\nname: skill-${index}\ndescription: ${description(index)}\n---\n`,
      );
    if (folder.startsWith('small'))
      await machine.files.work.write(`${folder}/.codex/config.toml`, 'model_context_window = 100000\n');
  }
});
afterAll(async () => {
  await machine?.close();
  await model?.[Symbol.asyncDispose]();
});

test.each(Object.keys(cases))('%s: a list is too long when the client shortens its descriptions', async (folder) => {
  const { findings } = checkTeamConfig(await readProject(machine.files.work.path));
  const isTooLong = findings.some(({ file, code }) => file.startsWith(`${folder}/`) && code === 'skill-list-too-long');
  const before = model.requests.length;
  const { exitCode, stderr } = await machine.run(['exec', 'hello'], { cwd: machine.files.work.file(folder) });
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  const asked = JSON.stringify(model.requests[before]?.body);
  expect(asked).toContain('- skill-0: Skill 0 does');
  expect(!asked.includes(description(0))).toBe(isTooLong);
  expect(isTooLong).toBe(folder.endsWith('does-not'));
});
