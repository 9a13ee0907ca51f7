import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const runner = new URL('..', import.meta.url).href;

// What a process of its own asks for, first when a runner is loaded, then when it opens the driver.
const script = `
import { registerHooks } from 'node:module';
let asked = [];
registerHooks({
  resolve(name, context, next) {
    if (/^(@kubernetes\\/client-node|dockerode)$|kubernetes-driver/.test(name)) asked.push(name);
    return next(name, context);
  },
});
await import('${runner}start-runner.ts');
const { openDrivers } = await import('${runner}drivers/open-drivers.ts');
const atFirst = asked;
asked = [];
const place = {
  kubeconfig: '/nowhere', namespace: 'n', address: '127.0.0.1', port: 0, closed: [], keeperImage: 'k',
  gvisorClass: null, taskAccount: 'a', pullSecret: null, seccompProfile: null,
};
const places = { dataFolder: process.argv[1], owner: 'o', bubblewraps: [], engineSocket: null, defaultImage: null, kubernetes: place };
const { problems } = await openDrivers(['kubernetes'], places);
console.log(JSON.stringify({ atFirst, afterwards: [...new Set(asked)], problems }));
`;

test('the client of a cluster is loaded by a runner that uses one, and by no other', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'reeve-drivers-'));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, folder]);
  await rm(folder, { recursive: true });
  const { atFirst, afterwards, problems } = JSON.parse(stdout);
  expect(atFirst).toEqual([]);
  expect(afterwards).toEqual(['./kubernetes/kubernetes-driver.ts', '@kubernetes/client-node']);
  expect(problems).toEqual([expect.stringContaining('/nowhere')]);
  // The package is large, and machines are busy.
}, 120_000);
