import { once } from 'node:events';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runGit } from '#runner/git/run-git.ts';
import { takeDiff } from '#runner/git/take-diff.ts';
import type { EscapeAttempt } from './attempt.ts';
import type { EscapeGround, Tried } from './escape-suite.ts';
import { controls, onTheMachine } from './machine-attempts.ts';
import { aroundTheProxy, throughTheProxy } from './network-attempts.ts';

type Kind = 'docker' | 'process';
const longMs = 170_000;

const forKind = (attempts: readonly EscapeAttempt[], kind: Kind): EscapeAttempt[] =>
  attempts.filter(({ onlyIn }) => onlyIn === undefined || onlyIn === kind);

const namesOf = (tried: readonly Tried[]): string[] => tried.map(({ attempt, said }) => `${attempt.name}: ${said}`);

function expectAllStopped(tried: readonly Tried[]): void {
  expect(namesOf(tried.filter(({ isBroken }) => isBroken)), 'attempts that do not work themselves').toEqual([]);
  expect(namesOf(tried.filter(({ hasSucceeded }) => hasSucceeded)), 'attempts that got what they wanted').toEqual([]);
}

export const howMany = (kind: Kind): number =>
  forKind([...throughTheProxy, ...aroundTheProxy, ...onTheMachine], kind).length;

export function nothingGetsOut(ground: () => EscapeGround, kind: Kind): void {
  describe('the network', () => {
    test('the means work where they may', { timeout: longMs }, async () => {
      const tried = await ground().tryAll(
        controls.filter((control) => kind === 'docker' || !/own\.$|root of its own/.test(control.name)),
      );
      expect(namesOf(tried.filter(({ hasSucceeded }) => !hasSucceeded))).toEqual([]);
      expect(howMany(kind)).toBeGreaterThanOrEqual(60);
    });

    test('through the proxy: each is stopped, and the log says why', { timeout: longMs }, async () => {
      const { world } = ground();
      for (const list of [world.attempts, world.seen, world.lookups]) list.length = 0;
      expectAllStopped(await ground().tryAll(throughTheProxy));
      const missing = throughTheProxy.filter(
        ({ logged }) =>
          !world.attempts.some(
            ({ rule, host, isAllowed }) =>
              !isAllowed && rule === logged?.rule && (logged.host === undefined || host.toLowerCase() === logged.host),
          ),
      );
      expect(
        missing.map(({ name }) => name),
        JSON.stringify(world.attempts.map(({ rule, host }) => `${rule} ${host}`)),
      ).toEqual([]);
      // The one answer that an attempt may have is the redirect that it then may not follow.
      expect(world.seen.map(({ path }) => path)).toEqual(['/control/redirect']);
      expect(world.lookups.filter((name) => name.endsWith('evil.example'))).toEqual([]);
    });

    test('around the proxy: there is no way', { timeout: longMs }, async () => {
      expectAllStopped(await ground().tryAll(forKind(aroundTheProxy, kind)));
    });
  });
}

export function nothingLeavesTheContainer(ground: () => EscapeGround, kind: Kind): void {
  test('files, processes, devices and the kernel: each attempt is stopped', { timeout: longMs }, async () => {
    expectAllStopped(await ground().tryAll(forKind(onTheMachine, kind)));
  });
}

export function holdsWhatATaskTakes(ground: () => EscapeGround): void {
  const limits = { cpus: 1, memoryMb: 256, processes: 64, diskMb: 64 };
  describe('what a task may take', () => {
    test.each([
      ['a fork bomb', 'bomb() { bomb | bomb & }; while :; do bomb 2>/dev/null; sleep 0.1; done', 'process-limit'],
      ['threads without end', "perl -e 'fork while 1'", 'process-limit'],
      ['memory without end', 'perl -e \'my @all; push @all, "x" x 10_000_000 while 1\'', 'memory-limit'],
      ['a file without end', 'for i in $(seq 20); do head -c 20M /dev/zero > "$i"; done; sleep 100', 'disk-limit'],
      [
        'files without content',
        'mkdir many; cd many; perl -e \'for (1..30000) { open my $f, ">", $_ } sleep 100\'',
        'disk-limit',
      ],
    ])('%s ends the task with its own word', { timeout: longMs }, async (_what, script, limit) => {
      expect(await ground().run(script, { limits })).toMatchObject({ limit });
    });

    test('memory file systems are bounded', { timeout: longMs }, async () => {
      const { output } = await ground().run('head -c 200M /dev/zero > /tmp/a; head -c 200M /dev/zero > /dev/shm/a', {
        limits,
      });
      expect(output.match(/No space left/g)).toHaveLength(2);
    });

    test('output without end waits, and ends when the task is ended', { timeout: longMs }, async () => {
      const { container } = await ground().start('yes');
      // Nobody reads it.
      await once(container.stdout, 'readable');
      expect(container.stdout.readableLength).toBeLessThan(1_000_000);
      await container.kill();
      await container.remove();
    });
  });
}

/** What a container leaves in its workspace for the runner to stumble over. */
const plant = String.raw`
git init -q . 2>/dev/null; mkdir -p .git/hooks
for hook in pre-commit post-checkout post-index-change reference-transaction fsmonitor-watchman; do
  printf '#!/bin/sh\ntouch "%s"\n' "$MARK" > .git/hooks/$hook; chmod +x .git/hooks/$hook
done
git config core.fsmonitor "touch $MARK"; git config core.hooksPath .git/hooks; git config diff.external "touch $MARK"
git config filter.x.clean "touch $MARK; cat"; git config filter.x.smudge "touch $MARK; cat"; git config diff.x.textconv "touch $MARK; cat"
git config core.sshCommand "touch $MARK"; git config include.path "$HOST_SECRET"
echo '* filter=x diff=x' > .gitattributes
ln -s "$HOST_SECRET" stolen; ln -s "$(dirname "$HOST_SECRET")" folder; ln -s /etc/passwd passwd; mkfifo pipe
mkdir -p sub/.git; printf '[core]\n\tfsmonitor = touch %s\n' "$MARK" > sub/.git/config; echo ref: refs/heads/main > sub/.git/HEAD
mkdir -p sub/.git/objects sub/.git/refs; echo x > sub/file
printf '#!/bin/sh\ntouch "%s"\n' "$MARK" > git; chmod +x git; echo honest > honest.txt
`;

export function trustsNoWorkspace(ground: () => EscapeGround): void {
  test('what a task leaves in its workspace starts nothing and shows nothing of this machine', {
    timeout: longMs,
  }, async () => {
    const { folder, run } = ground();
    const marks = join(folder, 'marks');
    await mkdir(marks, { recursive: true });
    await chmod(marks, 0o777);
    const { workspace, output } = await run(`MARK=${join(marks, 'ran')}\n${plant}`);
    const gitDir = join(folder, 'kept.git');
    await runGit(['init', '--quiet', '--bare', gitDir]);
    const place = { gitDir, workTree: workspace, indexFile: join(folder, 'kept.index') };
    const tree = (await runGit(['hash-object', '-t', 'tree', '-w', '--stdin'], { gitDir, input: '' }))
      .toString()
      .trim();
    await writeFile(join(folder, 'exclude'), '');
    const { diff } = await takeDiff(place, { base: tree, touched: new Map(), mostBytes: 1_000_000 });
    expect(await readdir(marks)).toEqual([]);
    expect(diff.toString(), output).toContain('+honest');
    expect(diff.toString()).not.toContain('rr-loot');
    expect(diff.toString()).toContain('new file mode 120000');
  });
}
