import { actorOf, callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { orderErasure, previewErasure, readErasures, readReplacedFiles } from './erasure/erasures.ts';
import { liftHold, placeHold, readHolds } from './keeping/holds.ts';
import { previewRetention, readRetention, setRetention } from './keeping/retention.ts';
import { linkLogFile, readNewestFiles } from './log-files/list-files.ts';
import { findPeople } from './people.ts';
import { linkExport, readExports, startExport } from './person-export/exports.ts';
import { destinationRoutes } from './push/destination-routes.ts';
import { openRecordStreams } from './push/open-record-streams.ts';

const of = routes.compliance;
const by = (context: RequestContext) => ({ actor: actorOf(context), workspaceId: callerOf(context).workspaceId });
const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;

const retentionRoutes = (services: Services) => ({
  readRetention: of.readRetention.handler(async ({ context }) => ({
    items: await readRetention(services.db, workspaceOf(context)),
  })),
  previewRetention: of.previewRetention.handler(({ input, context }) =>
    previewRetention(services, workspaceOf(context), input),
  ),
  setRetention: of.setRetention.handler(({ input, context }) => setRetention(services, by(context), input)),
});

const peopleRoutes = (services: Services) => ({
  findPeople: of.findPeople.handler(async ({ input, context }) => ({
    items: await findPeople(services.db, workspaceOf(context), input.search),
  })),
  listHolds: of.listHolds.handler(async ({ input, context }) => ({
    items: await readHolds(services.db, workspaceOf(context), input.memberId),
  })),
  placeHold: of.placeHold.handler(({ input, context }) => placeHold(services, by(context), input)),
  liftHold: of.liftHold.handler(({ input, context }) => liftHold(services, by(context), input)),
  previewErasure: of.previewErasure.handler(({ input, context }) =>
    previewErasure(services.db, workspaceOf(context), input.memberId),
  ),
  eraseContent: of.eraseContent.handler(({ input, context }) => orderErasure(services, by(context), input)),
  listErasures: of.listErasures.handler(({ input, context }) => readErasures(services.db, workspaceOf(context), input)),
  listReplacedFiles: of.listReplacedFiles.handler(({ input, context }) =>
    readReplacedFiles(services.db, workspaceOf(context), input),
  ),
  startExport: of.startExport.handler(({ input, context }) => startExport(services, by(context), input)),
  listExports: of.listExports.handler(({ input, context }) => readExports(services, workspaceOf(context), input)),
  linkExport: of.linkExport.handler(({ input, context }) => linkExport(services, by(context), input.id)),
});

const fileRoutes = (services: Services) => ({
  listLogFiles: of.listLogFiles.handler(({ input, context }) =>
    readNewestFiles(services.db, workspaceOf(context), input),
  ),
  linkLogFile: of.linkLogFile.handler(({ input, context }) => linkLogFile(services, by(context), input.id)),
});

export const complianceRoutes = (services: Services) => ({
  ...fileRoutes(services),
  ...destinationRoutes(services, openRecordStreams(services)),
  ...retentionRoutes(services),
  ...peopleRoutes(services),
});
