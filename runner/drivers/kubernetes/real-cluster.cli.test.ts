import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { inside } from '../inside.ts';
import { openKubernetesDriver } from './kubernetes-driver.ts';

// A cluster of yours, with the chart's namespace, account and policies. What it needs is in docs/guides/codex-cloud/kubernetes.md.
const kubeconfig = process.env.REEVE_TEST_KUBECONFIG;
const address = process.env.REEVE_TEST_KUBERNETES_ADDRESS ?? '';
const image = process.env.REEVE_TEST_KUBERNETES_IMAGE ?? '';

const howTo = [
  'REEVE_TEST_KUBECONFIG=~/.kube/config REEVE_TEST_KUBERNETES_ADDRESS=<this machine, as pods reach it> \\',
  'REEVE_TEST_KUBERNETES_IMAGE=registry.example.com/reeve:0.1.0 node node_modules/vitest/vitest.mjs run --project cli real-cluster',
].join('\n');

if (kubeconfig === undefined)
  process.stderr.write(`\nNOT RUN: the Kubernetes driver on a real cluster. With one of yours:\n${howTo}\n\n`);
else if (isIP(address) === 0 || image === '')
  throw new Error(
    `REEVE_TEST_KUBERNETES_ADDRESS (an IP address) and REEVE_TEST_KUBERNETES_IMAGE are missing:\n${howTo}`,
  );

test('how it is run on a real cluster is what the guide says', async () => {
  const guide = await readFile(resolve(import.meta.dirname, '../../../docs/guides/codex-cloud/kubernetes.md'), 'utf8');
  expect(guide).toContain(howTo);
});

describe.runIf(kubeconfig !== undefined)('a real cluster', () => {
  test('a task runs in a pod, reaches its proxy and nothing else, and its files come back', async () => {
    const folder = await mkdtemp('/var/tmp/reeve-cluster-');
    const namespace = process.env.REEVE_TEST_KUBERNETES_NAMESPACE ?? 'reeve-tasks';
    const place = {
      ...{ kubeconfig: kubeconfig ?? null, namespace, address, port: 3129, keeperImage: image },
      ...{ gvisorClass: null, taskAccount: 'reeve-task', pullSecret: null, seccompProfile: null },
      closed: ['169.254.169.254:80'],
    };
    const driver = openKubernetesDriver({
      place,
      owner: `test-${process.pid}`,
      installation: 'real',
      defaultImage: image,
    });
    const proxy = createServer((request, response) => response.end(`asked ${request.url}`));
    await new Promise<void>((resolve) => proxy.listen(join(folder, 'egress.sock'), resolve));
    try {
      expect((await driver.describe()).engine).toMatch(/^Kubernetes v/);
      const folders = { workspace: join(folder, 'workspace'), home: join(folder, 'home') };
      for (const path of Object.values(folders)) await mkdir(path);
      await writeFile(join(folder, 'authority.pem'), 'AUTHORITY\n');
      const script = `fetch('http://127.0.0.1:3128/hello').then((answer) => answer.text()).then((said) => {
          require('node:fs').writeFileSync('made', said);
          return fetch('https://1.1.1.1/', { signal: AbortSignal.timeout(5000) });
        }).then(() => console.log('open'), () => console.log('closed ' + process.getuid()))`;
      const container = await driver.start({
        ...{ name: 'reeve-real', attemptId: 'real', image, runtime: 'runc', env: { TOKEN: 'x' } },
        ...{ command: ['node', '-e', script], workingFolder: inside.workspace, folders },
        readOnly: { codex: null, authority: join(folder, 'authority.pem') },
        limits: { cpus: 1, memoryMb: 512, processes: 100, diskMb: 256, seconds: 300 },
        egressSocket: join(folder, 'egress.sock'),
      });
      const [said, errors, end] = await Promise.all([text(container.stdout), text(container.stderr), container.ended]);
      expect([said, errors, end.exitCode, end.limit]).toEqual(['closed 1000\n', '', 0, null]);
      expect(await readFile(join(folders.workspace, 'made'), 'utf8')).toBe('asked /hello');
      await container.remove();
      expect(await driver.reap(`test-${process.pid}`)).toBe(0);
    } finally {
      driver.close();
      proxy.close();
      await rm(folder, { recursive: true, force: true });
    }
  }, 600_000);
});
