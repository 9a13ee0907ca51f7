import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openCloudProxy, taskIn } from '#testing/cloud-client.ts';
import { startContainerEngine } from '#testing/container-engine.ts';
import { type HostedWorld, openHostedWorld, setupSecret } from '#testing/hosted-world.ts';
import { gitIn } from '#testing/servers/github/git-folder.ts';
import { eachTurn } from '#testing/servers/model-script.ts';
import { message, shellCommand } from '#testing/servers/model-steps.ts';

const engine = await startContainerEngine();

/** Everything a program in the container can look at. */
const searchEverywhere = `grep -rIl --exclude-dir=proc --exclude-dir=sys -e '${setupSecret.slice(0, 4)}''${setupSecret.slice(4)}' / 2>/dev/null; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c '^NPM_TOKEN'`;

describe.runIf(engine !== null)('a hosted task in a container of an engine', () => {
  let world: HostedWorld;
  beforeAll(async () => {
    world = await openHostedWorld(
      { kind: 'docker', socketPath: engine?.socketPath ?? '', image: engine?.image ?? '' },
      { REEVE_VENDOR_NAMES: 'on' },
    );
  }, 240_000);
  afterAll(async () => {
    await world?.close();
    await engine?.stop();
  });

  test('three attempts change a file; secrets are gone when the agent begins; one becomes a pull request', async () => {
    world.acceptance.onPrompt(
      'Greet the world.',
      eachTurn(
        shellCommand(`echo "hello world" > greeting.txt; cat ~/built; id -u; ${searchEverywhere}`),
        message('Greeted.'),
      ),
    );
    const { taskId, attempts } = await world.give('Greet the world.', 3);
    const shown = world.lines.join('\n');
    expect(
      attempts.map(({ ending, driver }) => ({ ending, driver })),
      shown,
    ).toEqual(Array.from({ length: 3 }, () => ({ ending: 'changed', driver: 'docker' })));
    const [first] = attempts;
    const log = await world.logOf(first?.id ?? '');
    expect(log).toContain('set up with ***');
    expect(log).toMatch(/command-output: built\n2000000000\n0(\n|$)/);
    expect(log).not.toContain(setupSecret);
    const pull = await world.owner.api.tasks.publish({ id: taskId, attemptId: first?.id ?? '' });
    expect(pull).toMatchObject({ number: 1, state: 'open' });
    const { pullRequests, status } = await world.owner.api.tasks.get({ id: taskId });
    expect(pullRequests).toMatchObject([{ number: 1, headSha: pull.headSha }]);
    expect(status).toBe('applied');
  });

  test('a follow-up goes on with its changes and uses the kept set-up', async () => {
    world.acceptance.onPrompt(
      'Louder.',
      eachTurn(shellCommand('tr a-z A-Z < greeting.txt > loud.txt; cat ~/built'), message('Louder.')),
    );
    const id = (await world.owner.api.tasks.list({})).items[0]?.id ?? '';
    const [first] = await world.ended(id);
    await world.owner.api.tasks.followUp({ id, attemptId: first?.id ?? '', prompt: 'Louder.', mode: 'code' });
    const [second] = await world.ended(id, 2);
    expect(second, world.lines.join('\n')).toMatchObject({ ending: 'changed', isFromCache: true });
    const { diff } = await world.owner.api.tasks.diff({ id, attemptId: second?.id ?? '' });
    expect(diff).toContain('+HELLO WORLD');
    expect(diff).toContain('+hello world');
  });

  test('given with codex cloud exec, done in a container, taken home with codex cloud apply, and made a pull request', async () => {
    const { acceptance, owner, github } = world;
    acceptance.onPrompt(
      'Say goodbye.',
      eachTurn(shellCommand('echo goodbye >> greeting.txt; printf "new\\n" > farewell.txt'), message('Said.')),
    );
    const proxy = await openCloudProxy(acceptance);
    onTestFinished(() => proxy.close());
    const { client, codex } = await proxy.open(owner, {
      remote: `${github.origin}/example/backend.git`,
      client: { workFiles: { 'greeting.txt': 'hello\n' } },
    });
    onTestFinished(() => client.close());
    const given = await codex(['cloud', 'exec', '--env', 'Backend', '--branch', 'main', 'Say goodbye.']);
    expect(given, given.stderr).toMatchObject({ exitCode: 0 });
    const id = taskIn(given.stdout);
    const [attempt] = await world.ended(id);
    expect(attempt, world.lines.join('\n')).toMatchObject({ ending: 'changed', driver: 'docker', answer: 'Said.' });
    expect((await owner.api.tasks.get({ id })).source).toBe('cli');
    const ready = await codex(['cloud', 'status', id]);
    expect(ready).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('READY') });
    expect((await codex(['cloud', 'diff', id])).stdout).toContain('+goodbye');
    for (const apply of [
      ['cloud', 'apply', id],
      ['apply', id],
    ]) {
      const applied = await codex(apply);
      expect(applied, applied.stderr).toMatchObject({ exitCode: 0 });
      expect(await client.files.work.read('greeting.txt')).toBe('hello\ngoodbye\n');
      expect(await client.files.work.read('farewell.txt')).toBe('new\n');
      await client.shell('git -C "$1" reset -q --hard && git -C "$1" clean -qfd', { args: [client.files.work.path] });
    }
    const pull = await owner.api.tasks.publish({ id, attemptId: attempt?.id ?? '' });
    const [repository] = github.world.repositories.values();
    const published = await gitIn(repository?.folder ?? '', ['show', `${pull.headSha}:greeting.txt`]);
    expect(published).toBe('hello\ngoodbye\n');
  });

  test('a command that takes all memory is killed and the agent goes on; what is cancelled ends within moments', async () => {
    world.acceptance.onPrompt(
      'Take all memory.',
      eachTurn(shellCommand(`exec perl -e '$x = "a" x (3 * 1024 ** 3)'`), message('Done.')),
    );
    const { attempts } = await world.give('Take all memory.');
    expect(attempts, world.lines.join('\n')).toMatchObject([{ ending: 'answered' }]);
    const { items } = await world.owner.api.tasks.attemptLog({ attemptId: attempts[0]?.id ?? '' });
    expect(
      items.flatMap(({ exitCode }) => exitCode ?? []),
      JSON.stringify(items),
    ).toContain(137);
    world.acceptance.onPrompt('Wait.', eachTurn(shellCommand('sleep 300'), message('never')));
    const { id } = await world.owner.api.tasks.create({
      environmentId: world.environmentId,
      mode: 'code',
      prompt: 'Wait.',
    });
    const logged = async () => {
      const attempt = (await world.owner.api.tasks.get({ id })).turns[0]?.attempts[0];
      return attempt ? world.logOf(attempt.id) : '';
    };
    await expect.poll(logged, { timeout: 60_000 }).toContain('command: ');
    await world.owner.api.tasks.cancel({ id });
    expect(await world.ended(id)).toMatchObject([{ ending: 'cancelled' }]);
  });
});
