import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { changeDestination, createDestination, deleteDestination, rotateSecret } from './change-destinations.ts';
import { readDestinations } from './read-destinations.ts';
import type { RecordStream } from './record-stream.ts';
import { testDestination } from './test-destination.ts';

const by = (context: RequestContext) => ({ actor: actorOf(context), workspaceId: callerOf(context).workspaceId });

export const destinationRoutes = (services: Services, streams: readonly RecordStream[]) => {
  const changing = { ...services, streams };
  const of = routes.compliance;
  return {
    listDestinations: of.listDestinations.handler(async ({ context }) => ({
      items: await readDestinations(changing, callerOf(context).workspaceId),
    })),
    createDestination: of.createDestination.handler(({ input, context }) =>
      createDestination(changing, by(context), input),
    ),
    updateDestination: of.updateDestination.handler(({ input, context }) =>
      changeDestination(changing, by(context), input),
    ),
    rotateDestinationSecret: of.rotateDestinationSecret.handler(({ input, context }) =>
      rotateSecret(changing, by(context), input),
    ),
    testDestination: of.testDestination.handler(({ input, context }) =>
      testDestination(services, by(context), input.id),
    ),
    deleteDestination: of.deleteDestination.handler(async ({ input, context }) => {
      await deleteDestination(changing, by(context), input.id);
      return {};
    }),
  };
};
