import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { drainRunner, labelRunner, removeRunner } from './change-runner.ts';
import { asToken, readRunner, readRunners } from './read-runners.ts';
import { createRunnerToken, revokeRunnerToken } from './runner-tokens.ts';

type Part = Pick<Services, 'db' | 'clock' | 'origin' | 'signals'>;

async function createToken(
  { db, clock, origin }: Part,
  context: RequestContext,
  { labels, expiresInMinutes }: { labels: readonly string[]; expiresInMinutes: number },
) {
  const actor = actorOf(context);
  const { workspaceId } = callerOf(context);
  const wanted = { workspaceId, labels, expiresInMinutes, createdBy: actor.label, at: clock() };
  const { token, row } = await db.transaction().execute((tx) => createRunnerToken(tx, actor, wanted));
  // The token is asked for, so that it is in no history of a shell and in no list of processes.
  return { token, command: `reeve run --server ${origin}`, details: asToken(row) };
}

export const runnerRoutes = (services: Part) => ({
  list: routes.runners.list.handler(({ context }) => readRunners(services, callerOf(context).workspaceId)),
  createToken: routes.runners.createToken.handler(({ input, context }) => createToken(services, context, input)),
  revokeToken: routes.runners.revokeToken.handler(async ({ input, context }) => {
    const { workspaceId } = callerOf(context);
    await revokeRunnerToken(services, actorOf(context), { workspaceId, id: input.id });
    return {};
  }),
  drain: routes.runners.drain.handler(async ({ input, context }) => {
    const { workspaceId } = callerOf(context);
    await drainRunner(services, actorOf(context), { ...input, workspaceId });
    return readRunner(services, workspaceId, input.id);
  }),
  setLabels: routes.runners.setLabels.handler(async ({ input, context }) => {
    const { workspaceId } = callerOf(context);
    await labelRunner(services, actorOf(context), { ...input, workspaceId });
    return readRunner(services, workspaceId, input.id);
  }),
  remove: routes.runners.remove.handler(async ({ input, context }) => {
    const { workspaceId } = callerOf(context);
    await removeRunner(services, actorOf(context), { workspaceId, id: input.id });
    return {};
  }),
});
