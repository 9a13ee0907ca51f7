/** `npm run check`: everything a change has to pass, cheapest first; every step runs, so that one look shows all there is to do. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';

const root = join(import.meta.dirname, '..');
const tool = (path: string, ...rest: string[]) => [join(root, 'node_modules', path), ...rest];

const steps: [name: string, command: string[]][] = [
  ['format and lint', tool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.')],
  ['types', tool('typescript/bin/tsc', '-p', 'tsconfig.json')],
  ['types of the console', tool('typescript/bin/tsc', '-p', 'console')],
  ['unused code and dependencies', tool('knip/bin/knip.js')],
  ['generated documents', ['tools/generate-docs.ts', '--check']],
  [
    'boundaries, sizes, endpoints and unit tests',
    tool('vitest/vitest.mjs', 'run', '--project', 'unit*', '--reporter=dot'),
  ],
];

const failed = steps.filter(([name, command]) => {
  process.stdout.write(`\n== ${name}\n`);
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status !== 0;
});
if (failed.length > 0) {
  process.stderr.write(`\ncheck failed: ${failed.map(([name]) => name).join('; ')}\n`);
  process.exitCode = 1;
} else process.stdout.write('\ncheck passed\n');
