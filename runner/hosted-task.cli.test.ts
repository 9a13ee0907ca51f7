import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HostedWorld, openHostedWorld } from '#testing/hosted-world.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';

let world: HostedWorld;
beforeAll(async () => {
  world = await openHostedWorld({ kind: 'process' });
}, 180_000);
afterAll(() => world?.close());

test('a task of the console: repository, set-up, the stock client under the member’s policy, a change, its diff', async () => {
  world.acceptance.onPrompt(
    'Greet the world.',
    eachTurn(
      shellCommand('echo "hello world" > greeting.txt; cat ~/built; env | grep -c NPM_TOKEN'),
      message('Greeted.'),
    ),
  );
  const { taskId, attempts } = await world.give('Greet the world.');
  const [attempt] = attempts;
  if (!attempt) throw new Error('no attempt');
  expect(attempt, world.lines.join('\n')).toMatchObject({ ending: 'changed', answer: 'Greeted.', isFromCache: false });
  const log = await world.logOf(attempt.id);
  expect(log).toContain('set up with ***');
  expect(log).toMatch(/command-output: built\n0/);
  const { diff, isFinal } = await world.owner.api.tasks.diff({ id: taskId, attemptId: attempt.id });
  expect(diff).toContain('-hello\n+hello world');
  expect(isFinal).toBe(true);
  const { items } = await world.owner.api.tasks.egress({ attemptId: attempt.id });
  expect(items.some(({ rule, path }) => rule === 'gateway' && path?.endsWith('/responses'))).toBe(true);
});

test('a follow-up goes on with the thread and the changes, with set-up used again', async () => {
  world.acceptance.onPrompt(
    'Louder.',
    eachTurn(shellCommand('tr a-z A-Z < greeting.txt > loud.txt; cat ~/built'), message('Louder.')),
  );
  const id = (await world.owner.api.tasks.list({})).items[0]?.id ?? '';
  const [first] = await world.ended(id);
  await world.owner.api.tasks.followUp({ id, attemptId: first?.id ?? '', prompt: 'Louder.', mode: 'code' });
  const [second] = await world.ended(id, 2);
  if (!second) throw new Error('no attempt');
  expect(second, world.lines.join('\n')).toMatchObject({ ending: 'changed', isFromCache: true });
  expect(await world.logOf(second.id)).toMatch(/command-output: built\nagain/);
  const { diff, stats } = await world.owner.api.tasks.diff({ id, attemptId: second.id });
  expect(diff).toContain('+HELLO WORLD');
  expect(stats.filesModified).toBe(2);
});

test('cancelling ends it within moments', async () => {
  world.acceptance.onPrompt('Wait.', eachTurn(shellCommand('sleep 300'), message('never')));
  const task = await world.owner.api.tasks.create({
    environmentId: world.environmentId,
    mode: 'code',
    prompt: 'Wait.',
  });
  const attemptOf = async () => (await world.owner.api.tasks.get({ id: task.id })).turns[0]?.attempts[0];
  await expect
    .poll(async () => world.logOf((await attemptOf())?.id ?? '').catch(() => ''), { timeout: 60_000 })
    .toContain('command: ');
  await world.owner.api.tasks.cancel({ id: task.id });
  expect(await world.ended(task.id)).toMatchObject([{ ending: 'cancelled' }]);
});
