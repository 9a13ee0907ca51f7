import type { Services } from '#server/services.ts';
import { destinationRoutes } from './push/destination-routes.ts';
import { openRecordStreams } from './push/open-record-streams.ts';

export const complianceRoutes = (services: Services) => ({
  ...destinationRoutes(services, openRecordStreams(services)),
});
