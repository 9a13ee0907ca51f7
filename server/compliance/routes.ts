import type { Services } from '#server/services.ts';
import { destinationRoutes } from './push/destination-routes.ts';
import { openRecordStream } from './push/open-record-stream.ts';

export const complianceRoutes = (services: Services) => ({
  ...destinationRoutes(services, openRecordStream(services)),
});
