import { expect, test } from 'vitest';
import { RunnerRefused, readRunnerConfig } from './config.ts';

const server = 'https://reeve.example.com/';

const pods = { REEVE_RUNNER_KUBERNETES_IMAGE: 'reeve:1', REEVE_RUNNER_KUBERNETES_ADDRESS: '10.0.0.7' };

test('options win over the environment, and what is not set has a default', () => {
  const env = {
    REEVE_RUNNER_SERVER: 'https://other.example.com',
    REEVE_RUNNER_LABELS: 'gpu, arm',
    REEVE_RUNNER_TOKEN: 'rt',
  };
  const config = readRunnerConfig({ server, data: '/srv/runner', connect: '[::1]:8443' }, env);
  expect(config).toMatchObject({
    ...{ origin: 'https://reeve.example.com', token: 'rt', labels: ['gpu', 'arm'], capacity: 2, drivers: null },
    containerUid: 2_000_000_000,
    ...{ dataFolder: '/srv/runner', clientsFolder: '/srv/runner/clients', connect: { host: '::1', port: 8443 } },
  });
});

test.each([
  [{}, {}, '--server is missing'],
  [{ server: 'http://reeve.example.com' }, {}, 'no https address'],
  [{ server, driver: ['lxc'] }, {}, '“lxc” is none of docker, kubernetes, process'],
  [{ server, connect: 'nowhere' }, {}, 'no host and port'],
  [{ server }, { REEVE_RUNNER_CAPACITY: '0' }, 'REEVE_RUNNER_CAPACITY'],
  [{ server }, { REEVE_RUNNER_CLOSED_RANGES: '34.118.224.0/20,here' }, 'REEVE_RUNNER_CLOSED_RANGES: '],
  [{ server }, { ...pods, REEVE_RUNNER_KUBERNETES_ADDRESS: 'runner.reeve.svc' }, 'pods look no names up'],
  [{ server }, { ...pods, REEVE_RUNNER_KUBERNETES_CLOSED: '169.254.169.254' }, 'no host and port'],
  // Root of the machine is nobody's container.
  [{ server }, { REEVE_RUNNER_UID: '0' }, 'REEVE_RUNNER_UID'],
])('%j %j is refused in words', (options, env, words) => {
  const read = () => readRunnerConfig(options, env);
  expect(read).toThrow(RunnerRefused);
  expect(read).toThrow(words);
});
