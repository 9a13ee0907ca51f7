import { z } from 'zod';
import {
  type ClaimAnswer,
  ClaimRequest,
  FinishRequest,
  HeartbeatRequest,
  HelloRequest,
  RegisterRequest,
  ReportRequest,
} from '#contract/runner-protocol.ts';
import { fetchPaths } from '#server/connectors/index.ts';
import { isDataError } from '#server/db/data-error.ts';
import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall, WireRoute } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { finishAttempt } from '../attempts/finish-attempt.ts';
import { putBackUnused } from '../attempts/give-out.ts';
import { keepDiff, keepSession } from '../attempts/keep-blobs.ts';
import { openClaims } from '../attempts/open-claims.ts';
import { reportAttempt } from '../attempts/report-attempt.ts';
import { greetRunner } from '../runners/greet-runner.ts';
import { registerRunner } from '../runners/register-runner.ts';
import { answerHeartbeat } from './answer-heartbeat.ts';
import { giveUp, openJob } from './job.ts';
import { checkMessage, maxSessionBytes, readDiffText, readJson, readMessage, streamBody } from './read-call.ts';
import { forwardRepository } from './repository.ts';
import { answerFormer, takeSecretsOf } from './take-parts.ts';
import { type CallingRunner, leaseOf, requireRunner } from './who-calls.ts';

const json = (body: object): Response => Response.json(body, { headers: { 'cache-control': 'no-store' } });

function openClaiming(services: Services) {
  const claims = openClaims(services);
  return async (call: WireCall, { runnerId, workspaceId }: CallingRunner): Promise<z.infer<typeof ClaimAnswer>> => {
    const { waitSeconds, claimId } = await readMessage(call, ClaimRequest);
    const { outgoing } = call.c.env;
    const left = new AbortController();
    outgoing.once('close', () => left.abort());
    const until = performance.now() + waitSeconds * 1000;
    for (;;) {
      const waitMs = Math.max(0, until - performance.now());
      const leased = await claims.wait({ workspaceId, runnerId, claimId }, { waitMs, signal: left.signal });
      if (!leased) return { job: null };
      try {
        const job = await openJob(services, workspaceId, leased);
        if (job && !left.signal.aborted) return { job };
        // Nobody heard of it.
        if (job) await putBackUnused(services, workspaceId, leased);
      } catch (error) {
        await giveUp(services, workspaceId, leased);
        throw error;
      }
    }
  };
}

const notStorable = 'The message says something that cannot be kept.';

/** Of somebody who may be anybody. */
const maxRegistrationBytes = 64 * 1024;

/** Whoever has no token is told nothing else. @throws ReeveError runner-token-invalid, bad-input */
async function readRegistration(call: WireCall): Promise<z.infer<typeof RegisterRequest>> {
  const json = await readJson(call, maxRegistrationBytes);
  if (!z.object({ token: z.string() }).safeParse(json).success) throw new ReeveError('runner-token-invalid');
  return checkMessage(json, RegisterRequest);
}

/** What runners say: see `contract/runner-protocol.ts`. Each is asked for its secret, and each message about an attempt for its lease. */
export function runnerApiDialect(services: Services): Dialect {
  const claim = openClaiming(services);
  const route = (
    method: WireRoute['method'],
    path: string,
    summary: string,
    answer: (call: WireCall, runner: CallingRunner) => Promise<Response>,
  ): WireRoute => ({
    method,
    path: `/runner/v1${path}`,
    allow: 'checked-inside',
    summary,
    handle: async (call) => {
      const runner = await requireRunner(services, call);
      return answer(call, runner).catch((error: unknown) => {
        // Sent again it would be refused again: a runner must not try for ever.
        if (isDataError(error)) throw new ReeveError('bad-input', {}, { message: notStorable, cause: error });
        throw error;
      });
    },
  });
  const attempt = '/attempts/:attemptId';
  return {
    name: 'runner',
    routes: [
      {
        method: 'POST',
        path: '/runner/v1/register',
        allow: 'checked-inside',
        summary: 'Make a runner of whoever holds a registration token',
        handle: async (call) => json(await registerRunner(services, await readRegistration(call), { ip: call.ip })),
      },
      {
        method: 'POST',
        path: '/runner/v1/hello',
        allow: 'checked-inside',
        summary: 'A runner was started again, and what it has now',
        handle: async (call) => {
          // Its newer version may speak what the one before did not.
          const runner = await requireRunner(services, call, { isOfAnyProtocol: true });
          const hello = checkMessage(await readJson(call, maxRegistrationBytes), HelloRequest);
          return json(await greetRunner(services, runner, { ...hello, ip: call.ip }));
        },
      },
      route('POST', '/claim', 'Wait for an attempt and lease it', async (call, runner) =>
        json(await claim(call, runner)),
      ),
      route('POST', '/heartbeat', 'Extend leases, and hear what to do with each', async (call, runner) =>
        json(await answerHeartbeat(services, runner, { ...(await readMessage(call, HeartbeatRequest)), ip: call.ip })),
      ),
      route('POST', `${attempt}/report`, 'The log as it grows', async (call, runner) => {
        const report = await readMessage(call, ReportRequest);
        await reportAttempt(services, leaseOf(call, runner, report.epoch), report);
        return json({});
      }),
      route('PUT', `${attempt}/diff`, 'What changed so far, or in the end', async (call, runner) => {
        const lease = leaseOf(call, runner);
        const isFinal = call.c.req.query('final') === 'true';
        return json({ stats: await keepDiff(services, lease, { diff: await readDiffText(call), isFinal }) });
      }),
      route('PUT', `${attempt}/session`, 'The agent’s home, for the turn that follows', async (call, runner) => {
        await keepSession(services, leaseOf(call, runner), streamBody(call, maxSessionBytes));
        return json({});
      }),
      route('GET', `${attempt}/session`, 'The agent’s home of the turn before', async (call, runner) =>
        answerFormer(services, leaseOf(call, runner), 'session'),
      ),
      route('GET', `${attempt}/starting-diff`, 'What is applied before the agent begins', async (call, runner) =>
        answerFormer(services, leaseOf(call, runner), 'diff'),
      ),
      route('GET', `${attempt}/secrets`, 'Secrets of the environment, once', async (call, runner) =>
        json({ secrets: await takeSecretsOf(services, leaseOf(call, runner)) }),
      ),
      route('POST', `${attempt}/finish`, 'The last word', async (call, runner) => {
        const finish = await readMessage(call, FinishRequest);
        await finishAttempt(services, leaseOf(call, runner, finish.epoch), finish);
        return json({});
      }),
      ...fetchPaths.map((path) =>
        route(
          path === 'info/refs' ? 'GET' : 'POST',
          `${attempt}/repository.git/${path}`,
          'A fetch of the repository, passed through',
          async (call, runner) => forwardRepository(services, call, { ...runner, path }),
        ),
      ),
      {
        method: 'ALL',
        path: '/runner/v1/*',
        allow: 'anyone',
        summary: 'Parts of the protocol that this Reeve does not have: 404',
        handle: ({ c }) => {
          throw new ReeveError('not-found', {}, { message: `The runner API has no ${c.req.method} ${c.req.path}.` });
        },
      },
    ],
    renderError: (error) =>
      Response.json(
        { error: { code: error.code, message: error.message } },
        { status: error.status, headers: { 'cache-control': 'no-store' } },
      ),
  };
}
