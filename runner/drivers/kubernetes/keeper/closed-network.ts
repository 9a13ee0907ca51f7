import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

const tryMs = 1500;
const pauseMs = 500;
/** Some networks put a policy into force a moment after the pod is there. */
const patienceMs = 10_000;

const isReachable = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: tryMs });
    const say = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => say(true));
    socket.once('timeout', () => say(false));
    socket.once('error', () => say(false));
  });

/**
 * A network policy is a wish: clusters whose network does not know them take it without a word. Every pod is told where the API server is,
 * which the policy forbids it to reach, and clouds answer their machines at one address; so these are tried, and nothing of a task begins while one
 * answers.
 * @throws Error when the network stays open
 */
export async function requireClosedNetwork({ host, port }: { host: string; port: number }): Promise<void> {
  const until = performance.now() + patienceMs;
  while (await isReachable(host, port)) {
    if (performance.now() > until)
      throw new Error(
        `the cluster does not hold the network policy of task pods: ${host}:${port} answers from one. Install a network that does (Calico, Cilium), and the policy of the chart`,
      );
    await setTimeout(pauseMs);
  }
}
