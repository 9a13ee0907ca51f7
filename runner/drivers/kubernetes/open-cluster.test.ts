import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Cluster, openCluster } from './open-cluster.ts';

let folder = '';
let api: Server;
let answer: { code: number; body: object } | null = null;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reeve-cluster-'));
  api = createServer((_request, response) => {
    if (answer)
      response.writeHead(answer.code, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  api.closeAllConnections();
  api.close();
  await rm(folder, { recursive: true, force: true });
});

async function open(patienceMs?: number): Promise<Cluster> {
  const { port } = api.address() as AddressInfo;
  const config = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'it' },
    clusters: [{ name: 'it', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'me', user: { token: 'secret-token' } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'me' } }],
  };
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, JSON.stringify(config));
  return openCluster({ kubeconfig, namespace: 'tasks' }, patienceMs);
}

test('an API server that takes a call and says nothing holds nobody up', async () => {
  answer = null;
  const cluster = await open(200);
  await expect(cluster.podOf('one')).rejects.toThrow('the API server did not answer in 0.2 s');
  await expect(cluster.deleteJob('one')).rejects.toThrow('did not answer');
}, 60_000);

test('a refusal is said in the server’s words alone', async () => {
  const message = 'pods is forbidden: User "runner" cannot list resource "pods"';
  answer = { code: 403, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, message } };
  const cluster = await open();
  const said = await cluster.podOf('one').catch((error: Error) => error.message);
  expect(said).toBe(message);
}, 60_000);

test('a cluster that would leave out what keeps tasks apart is refused', async () => {
  const cluster = await open();
  const saysOf = (minor: string, gitVersion: string) => {
    answer = { code: 200, body: { major: '1', minor, gitVersion } };
    return cluster.version().catch((error: Error) => error.message);
  };
  expect(await saysOf('20', 'v1.20.2')).toMatch(/^the cluster is Kubernetes v1\.20\.2, .* needs 1\.23 or newer/);
  expect(await saysOf('22+', 'v1.22.17-eks-1')).toContain('needs 1.23 or newer');
  expect(await saysOf('23', 'v1.23.0')).toBe('Kubernetes v1.23.0');
  expect(await saysOf('31+', 'v1.31.2-gke.1')).toBe('Kubernetes v1.31.2-gke.1');
}, 60_000);

test('what is gone is no error', async () => {
  answer = {
    code: 404,
    body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 404, message: 'not found' },
  };
  const cluster = await open();
  expect(await cluster.readJob('one')).toBeNull();
  await cluster.deleteJob('one');
  await expect(cluster.listJobs('a=b')).rejects.toThrow();
}, 60_000);
