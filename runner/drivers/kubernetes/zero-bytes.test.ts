import { expect, test } from 'vitest';
import type { ContainerSpec } from '../driver.ts';
import { openKubernetesDriver } from './kubernetes-driver.ts';

const spec: ContainerSpec = {
  ...{ name: 'reeve-x', attemptId: 'a', image: 'i', runtime: 'runc', command: ['true'], env: {}, workingFolder: '/' },
  ...{ folders: { workspace: '/w', home: '/h' }, readOnly: { codex: null, authority: '/a' }, egressSocket: '/e' },
  limits: { cpus: 1, memoryMb: 256, processes: 10, diskMb: 10 },
};

test.each([{ command: ['true', 'a\0b'] }, { env: { NAME: 'a\0b' } }, { workingFolder: '/a\0b' }])(
  'a text that no program can be given begins no pod: %j',
  async (odd) => {
    const driver = openKubernetesDriver({ place: null, owner: 'mine', installation: 'here', defaultImage: null });
    await expect(driver.start({ ...spec, ...odd })).rejects.toThrow(/holds a zero byte/);
  },
);
