import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StatefulSet } from 'kubernetes-models/apps/v1';
import { Job } from 'kubernetes-models/batch/v1';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { Role, RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1';
import { Namespace, ResourceQuota, ServiceAccount } from 'kubernetes-models/v1';
import { expect, test } from 'vitest';
import { type Manifest, manifestsIn, renderChart } from '#testing/render-chart.ts';
import { readRunnerConfig } from '../../config.ts';
import { systemCalls } from '../docker/system-calls.ts';
import type { ContainerSpec } from '../driver.ts';
import { jobFor, nameFor } from './job-manifest.ts';
import type { KubernetesPlace } from './kubernetes-place.ts';

const models = { StatefulSet, NetworkPolicy, Role, RoleBinding, Namespace, ResourceQuota, ServiceAccount };
const deploy = resolve(import.meta.dirname, '../../../deploy');
const rendered = await renderChart(`${deploy}/helm/reeve-runner`, { Name: 'reeve-runner', Namespace: 'reeve' });
const manifests = manifestsIn(rendered);
const the = <Kind>(kind: string, name: string): Kind => {
  const found = manifests.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found as Kind;
};

/** @throws Error where the published schema of its kind does not allow it */
function validate(manifest: Manifest): void {
  const Model = models[manifest.kind as keyof typeof models] as unknown as new (data: object) => { validate(): void };
  new Model(manifest).validate();
}

test('every manifest of the chart is what its kind allows', () => {
  expect(manifests).toHaveLength(10);
  for (const manifest of manifests) expect(() => validate(manifest), manifest.kind).not.toThrow();
  const role = structuredClone(the<Manifest & { rules: unknown }>('Role', 'reeve-runner'));
  role.rules = [{ verbs: 'all' }];
  expect(() => validate(role)).toThrow();
});

test('the plain manifests are the chart with its own values', async () => {
  const plain = await readFile(`${deploy}/kubernetes/reeve-runner.yaml`, 'utf8');
  expect(manifestsIn(plain)).toEqual([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'reeve' } },
    ...manifests,
  ]);
});

test('the runner may do with jobs and pods of one namespace what its driver asks for, and nothing else', () => {
  const { rules } = the<Role>('Role', 'reeve-runner');
  expect(rules).toEqual([
    { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get', 'list', 'delete'] },
    { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
  ]);
  expect(manifests.filter(({ kind }) => /ClusterRole/.test(kind))).toEqual([]);
  const { subjects, roleRef } = the<RoleBinding>('RoleBinding', 'reeve-runner');
  expect(roleRef).toEqual({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'reeve-runner' });
  expect(subjects).toEqual([{ kind: 'ServiceAccount', name: 'reeve-runner', namespace: 'reeve' }]);
  expect(manifests.filter(({ kind }) => /^(Role|RoleBinding)$/.test(kind))).toHaveLength(2);
  for (const kind of ['Role', 'RoleBinding'])
    expect(the<Manifest>(kind, 'reeve-runner').metadata.namespace).toBe('reeve-tasks');
});

test('the account of task pods is bound to nothing, and the namespace refuses pods that are not restricted', () => {
  const account = the<Manifest & { automountServiceAccountToken: boolean }>('ServiceAccount', 'reeve-task');
  expect(account.automountServiceAccountToken).toBe(false);
  const { metadata } = the<{ metadata: { labels: object } }>('Namespace', 'reeve-tasks');
  expect(metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' });
  const job = jobFor(spec, { name: 'n', place, owner: 'me', way, defaultImage: null });
  expect(job.spec?.template.spec).toMatchObject({
    ...{ serviceAccountName: 'reeve-task', automountServiceAccountToken: false },
  });
});

test('a task pod reaches its runner’s port, and nothing reaches it', () => {
  expect(the<NetworkPolicy>('NetworkPolicy', 'closed').spec).toEqual({
    podSelector: {},
    policyTypes: ['Ingress', 'Egress'],
  });
  const { spec } = the<NetworkPolicy>('NetworkPolicy', 'way-to-the-runner');
  const [rule, ...others] = spec?.egress ?? [];
  expect(others).toEqual([]);
  expect(rule?.ports).toEqual([{ protocol: 'TCP', port: 3129 }]);
  expect(rule?.to).toHaveLength(1);
  const { template } = the<{ spec: { template: { metadata: { labels: object } } } }>(
    'StatefulSet',
    'reeve-runner',
  ).spec;
  expect(rule?.to?.[0]?.podSelector?.matchLabels).toEqual(template.metadata.labels);
  expect(spec?.podSelector).toEqual({ matchLabels: { 'app.reeve/task': 'true' } });
});

test('the variables of the runner’s pod are the runner’s', () => {
  const set = the<StatefulSet>('StatefulSet', 'reeve-runner').spec?.template.spec?.containers[0]?.env ?? [];
  const env = Object.fromEntries(set.map(({ name, value }) => [name, value ?? '10.0.0.7']));
  const { drivers, kubernetes, closedRanges } = readRunnerConfig({ driver: ['kubernetes'] }, env);
  expect(closedRanges).toEqual([]);
  expect(drivers).toEqual(['kubernetes']);
  expect(kubernetes).toEqual({
    ...{ kubeconfig: null, namespace: 'reeve-tasks', address: '10.0.0.7', port: 3129, taskAccount: 'reeve-task' },
    ...{ keeperImage: 'registry.example.com/reeve:0.1.0', gvisorClass: null, pullSecret: null, seccompProfile: null },
    closed: ['169.254.169.254:80'],
  });
});

const spec: ContainerSpec = {
  ...{ name: 'reeve-x-Attempt_1-1-agent', attemptId: 'Attempt_1', image: 'task:1', runtime: 'runsc', input: 'prompt' },
  ...{ command: ['/bin/codex', 'secret words'], env: { TOKEN: 'at-secret' }, workingFolder: '/workspace/app' },
  folders: { workspace: '/data/w', home: '/data/h' },
  readOnly: { codex: '/clients/codex', authority: '/data/authority.pem' },
  limits: { cpus: 2, memoryMb: 4096, processes: 100, diskMb: 8192, seconds: 3600 },
  egressSocket: '/tmp/x.sock',
};
const place: KubernetesPlace = {
  ...{ kubeconfig: null, namespace: 'reeve-tasks', address: 'fd00::7', port: 3129, keeperImage: 'reeve:1' },
  ...{ gvisorClass: 'gvisor', taskAccount: 'reeve-task', pullSecret: null, seccompProfile: null, closed: [] },
};
const way = { address: 'fd00::7', port: 3129, secret: 's'.repeat(43), authorityPem: 'PEM', serverName: 'n' };

test('a job is one pod, once, as hard as a namespace of restricted pods asks for', () => {
  const job = jobFor(spec, { name: nameFor(spec), place, owner: 'me', way, defaultImage: 'task:2' });
  expect(() => new Job(JSON.parse(JSON.stringify(job))).validate()).not.toThrow();
  expect(job.metadata?.name).toMatch(/^reeve-[0-9a-f-]{25}$/);
  expect(job.spec).toMatchObject({
    ...{ backoffLimit: 0, completions: 1, parallelism: 1, activeDeadlineSeconds: 4500, ttlSecondsAfterFinished: 300 },
  });
  const pod = job.spec?.template.spec;
  expect(pod).toMatchObject({
    ...{ restartPolicy: 'Never', runtimeClassName: 'gvisor', automountServiceAccountToken: false, hostNetwork: false },
    ...{ hostPID: false, hostIPC: false, shareProcessNamespace: false, enableServiceLinks: false, dnsPolicy: 'None' },
  });
  expect(pod?.volumes?.every((volume) => volume.emptyDir?.sizeLimit !== undefined)).toBe(true);
  for (const { securityContext, resources, volumeMounts } of pod?.containers ?? []) {
    expect(securityContext).toEqual({
      ...{ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, readOnlyRootFilesystem: true, privileged: false },
      ...{
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(Object.keys(resources?.limits ?? {})).toEqual(['cpu', 'memory', 'ephemeral-storage']);
    expect(volumeMounts?.every(({ subPath }) => subPath === undefined)).toBe(true);
  }
  const task = pod?.containers.find(({ name }) => name === 'task');
  expect(task?.resources?.limits).toEqual({ cpu: '2000m', memory: '4096Mi', 'ephemeral-storage': '8192Mi' });
  const writable = task?.volumeMounts?.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath);
  expect(writable).toEqual(['/workspace', '/home/agent', '/tmp', '/var/tmp']);
});

test('a pod is never weaker than what was asked for', () => {
  const job = (runtime: ContainerSpec['runtime'], gvisorClass: string | null) =>
    jobFor(
      { ...spec, runtime },
      { name: 'n', place: { ...place, gvisorClass }, owner: 'me', way, defaultImage: 'task:2' },
    );
  expect(job('runc', 'gvisor').spec?.template.spec?.runtimeClassName).toBeUndefined();
  expect(() => job('runsc', null)).toThrow(/starts no pods with runsc: set REEVE_RUNNER_KUBERNETES_GVISOR_CLASS/);
  expect(() => job('process', 'gvisor')).toThrow(/starts no pods with process/);
});

test('an image of somebody’s choice is asked for again each time, since a node gives to all what it pulled for one', () => {
  const policyFor = (image: string) => {
    const job = jobFor({ ...spec, image }, { name: 'n', place, owner: 'me', way, defaultImage: 'task:2' });
    return job.spec?.template.spec?.containers.map(({ imagePullPolicy }) => imagePullPolicy);
  };
  expect([policyFor('private.example.com/theirs:1'), policyFor('task:2')]).toEqual([
    ['Always', undefined],
    ['IfNotPresent', undefined],
  ]);
});

test('what an environment says is an image, limits and nothing else of the pod', () => {
  const names = (text: string) => text.replaceAll(/reeve-[0-9a-f-]{25}/g, 'NAME');
  const other: ContainerSpec = {
    ...{ ...spec, name: 'reeve-"},{"hostNetwork":true', attemptId: '../../etc', input: 'x', command: ['--privileged'] },
    ...{ env: { KUBERNETES_SERVICE_HOST: '1.2.3.4', 'a b': '', REEVE_KEEPER_SECRET: 'mine' }, workingFolder: '/proc' },
  };
  const [one, two] = [spec, other].map((each) => {
    const job = jobFor(each, { name: nameFor(each), place, owner: 'me', way, defaultImage: 'task:2' });
    return names(JSON.stringify(job.spec));
  });
  expect(two).toBe(one);
});

test('what the API server keeps of a job has nothing of the task', () => {
  const sent = JSON.stringify(jobFor(spec, { name: nameFor(spec), place, owner: 'me', way, defaultImage: 'task:2' }));
  for (const word of ['secret words', 'at-secret', 'prompt', '/workspace/app']) expect(sent).not.toContain(word);
});

test('nodes can be given the list of system calls that engines are given', async () => {
  const profile = JSON.parse(await readFile(`${deploy}/kubernetes/reeve-task-seccomp.json`, 'utf8'));
  expect(profile).toEqual(JSON.parse(systemCalls()));
  const named = { ...place, seccompProfile: 'reeve/task.json' };
  const job = jobFor(spec, { name: nameFor(spec), place: named, owner: 'me', way, defaultImage: 'task:2' });
  expect(() => new Job(JSON.parse(JSON.stringify(job))).validate()).not.toThrow();
  expect(job.spec?.template.spec?.containers.map(({ securityContext }) => securityContext?.seccompProfile)).toEqual([
    { type: 'Localhost', localhostProfile: 'reeve/task.json' },
    { type: 'RuntimeDefault' },
  ]);
});
