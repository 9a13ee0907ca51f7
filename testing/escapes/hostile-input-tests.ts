import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { removeFolder } from '#runner/attempt/attempt-folders.ts';
import { runGit } from '#runner/git/run-git.ts';
import { takeDiff } from '#runner/git/take-diff.ts';
import type { EscapeGround } from './escape-suite.ts';

const longMs = 170_000;
const limits = { cpus: 1, memoryMb: 256, processes: 64, diskMb: 64 };

/** Files that never end, or never begin, where git and the runner look by themselves; and what looks like a device. */
const plantPipes = `
mkfifo .gitignore .gitattributes pipe; mkdir -p sub .git/info; mkfifo sub/.gitignore sub/.gitattributes .git/index .git/HEAD .git/info/exclude
mknod null c 1 3; mknod disk b 8 0; unshare -Ur mknod null c 1 3; unshare -Ur mknod disk b 8 0
echo honest > honest.txt; echo "devices: $(ls -l | grep -c '^[bc]')."`;

/** Each step is relative: the shell is 6000 bytes deep, where no path leads. */
const goDeep =
  'n=$(printf "x%.0s" $(seq 200)); for i in $(seq 30); do mkdir $n; cd $n; done; head -c 5M /dev/zero > big; sleep 100';

export function trustsNoInput(ground: () => EscapeGround): void {
  describe('what comes from outside and what is left inside', () => {
    // As an environment's settings could have it, past every form that checks them.
    test.each([
      ['a variable', { env: { TOKEN: 'x\0--ro-bind\0/\0/mnt/host\0--share-net' } }],
      ['a variable’s name', { env: { 'A=1\0B': 'x' } }],
      ['the working folder', { workingFolder: '/workspace\0--share-net' }],
      ['the command', { command: ['/bin/true\0--share-net'] }],
    ])('a zero byte in %s starts nothing', { timeout: longMs }, async (_where, more) => {
      await expect(ground().start('true', more)).rejects.toThrow('zero byte');
    });

    test('pipes and devices in the workspace keep nobody waiting, and are no part of the change', {
      timeout: longMs,
    }, async () => {
      const { workspace, output } = await ground().run(plantPipes);
      // No device came to be.
      expect(output).toContain('devices: 0.');
      const gitDir = join(ground().folder, 'pipes.git');
      await runGit(['init', '--quiet', '--bare', gitDir]);
      const signal = AbortSignal.timeout(60_000);
      const place = { gitDir, workTree: workspace, indexFile: join(ground().folder, 'pipes.index'), signal };
      const tree = await runGit(['hash-object', '-t', 'tree', '-w', '--stdin'], { gitDir, input: '' });
      // The runner would not be held up by one either.
      execFileSync('mknod', [join(workspace, 'real-null'), 'c', '1', '3']);
      const base = tree.toString().trim();
      const { diff } = await takeDiff(place, { base, touched: new Map(), mostBytes: 1_000_000 });
      expect(diff.toString().match(/^diff --git .*$/gm)).toEqual(['diff --git a/honest.txt b/honest.txt']);
    });

    test('folders deeper than any path are too much, and go with the task', { timeout: longMs }, async () => {
      const { limit, workspace } = await ground().run(goDeep, { limits });
      expect(limit).toBe('disk-limit');
      await removeFolder(workspace);
      expect(existsSync(workspace)).toBe(false);
    });
  });
}
