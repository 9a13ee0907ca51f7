#!/usr/bin/env node
// Types, lint and tests of the package in this folder, with its own package manager. Installs nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

const managers = [
  ['pnpm-lock.yaml', 'pnpm', 'pnpm install --frozen-lockfile'],
  ['yarn.lock', 'yarn', 'yarn install --immutable'],
  ['package-lock.json', 'npm', 'npm ci'],
];

if (!existsSync('package.json')) {
  console.error('There is no package.json here. Run this from the root of a package.');
  process.exit(2);
}
const { scripts = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
const [, manager, install] = managers.find(([lockfile]) => existsSync(lockfile)) ?? [null, 'npm', 'npm install'];
if (!existsSync('node_modules') && !existsSync('.pnp.cjs')) {
  console.error(`Packages are missing. Ask for: ${install}`);
  process.exit(2);
}

const steps = ['typecheck', 'lint', 'test'].filter((name) => scripts[name]).map((name) => [manager, 'run', name]);
const ownCompiler = 'node_modules/typescript/bin/tsc';
if (!scripts.typecheck && existsSync('tsconfig.json') && existsSync(ownCompiler))
  steps.unshift([process.execPath, ownCompiler, '--noEmit']);
if (steps.length === 0) console.log('package.json has none of the scripts typecheck, lint and test.');

const failed = steps.filter(([program, ...args]) => {
  console.log(`\n$ ${[program, ...args].join(' ')}`);
  return spawnSync(program, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status !== 0;
});
for (const step of failed) console.error(`Failed: ${step.join(' ')}`);
process.exit(failed.length === 0 ? 0 : 1);
