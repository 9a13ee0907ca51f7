import { asPublicError } from '#server/http/api-errors.ts';
import { actorOf, type RequestContext, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { cancelTask } from './cancel-task.ts';
import { addComment, removeComment } from './comments.ts';
import { continueTask } from './continue-task.ts';
import { createTask } from './create-task.ts';
import { archiveTask, markTaskRead } from './keep-tasks.ts';
import { listTasks, readLimits } from './list-tasks.ts';
import { publishTask } from './publish-task.ts';
import { readDiff, readEgressPage, readLogPage } from './read-attempt.ts';
import { retryTask } from './retry-task.ts';
import { readTask } from './show-task.ts';
import type { TaskMember } from './task-member.ts';
import { type AttemptNews, watchAttempt } from './watch-attempt.ts';
import { takeWatch } from './watchers.ts';

const of = routes.tasks;

const memberOf = (context: RequestContext): TaskMember => {
  const { workspaceId, memberId, permissions } = signedIn(context);
  return { workspaceId, memberId, permissions, actor: actorOf(context) };
};

/** What goes wrong once the stream has begun is worded as everything else is. */
async function* worded(news: AsyncGenerator<AttemptNews, void>, context: RequestContext, onEnd: () => void) {
  try {
    yield* news;
  } catch (error) {
    throw asPublicError(error, context);
  } finally {
    onEnd();
  }
}

const taskChanges = (services: Services) => ({
  create: of.create.handler(async ({ input, context }) => {
    const by = memberOf(context);
    const id = await createTask(services, by, { ...input, source: 'console' });
    return readTask(services, by, id);
  }),
  followUp: of.followUp.handler(async ({ input, context }) => {
    const by = memberOf(context);
    await continueTask(services, by, input);
    return readTask(services, by, input.id);
  }),
  cancel: of.cancel.handler(async ({ input, context }) => {
    const by = memberOf(context);
    await cancelTask(services, by, input);
    return readTask(services, by, input.id);
  }),
  retry: of.retry.handler(async ({ input, context }) => {
    const by = memberOf(context);
    await retryTask(services, by, input.id);
    return readTask(services, by, input.id);
  }),
  archive: of.archive.handler(async ({ input, context }) => {
    await archiveTask(services, memberOf(context), input);
    return {};
  }),
  markRead: of.markRead.handler(async ({ input, context }) => {
    await markTaskRead(services, memberOf(context), input.id);
    return {};
  }),
});

const attemptReads = (services: Services) => ({
  attemptLog: of.attemptLog.handler(({ input, context }) => readLogPage(services, memberOf(context), input)),
  watch: of.watch.handler(({ input, context, signal }) => {
    const by = memberOf(context);
    // Before the stream begins, so that one too many is refused with a status of its own.
    const giveBack = takeWatch(by, signal);
    return worded(watchAttempt(services, by, { ...input, signal }), context, giveBack);
  }),
  diff: of.diff.handler(({ input, context }) => readDiff(services, memberOf(context), input)),
  egress: of.egress.handler(({ input, context }) => readEgressPage(services, memberOf(context), input)),
});

export const taskRoutes = (services: Services) => ({
  list: of.list.handler(async ({ input, context }) => {
    const by = memberOf(context);
    return { ...(await listTasks(services, by, input)), limits: await readLimits(services, by) };
  }),
  get: of.get.handler(({ input, context }) => readTask(services, memberOf(context), input.id)),
  ...taskChanges(services),
  ...attemptReads(services),
  comment: of.comment.handler(({ input, context }) => addComment(services, memberOf(context), input)),
  removeComment: of.removeComment.handler(async ({ input, context }) => {
    await removeComment(services, memberOf(context), input);
    return {};
  }),
  publish: of.publish.handler(({ input, context }) => publishTask(services, memberOf(context), input)),
});
