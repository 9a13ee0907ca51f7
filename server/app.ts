import type { Hono } from 'hono';
import { activityEventsRoutes } from './activity/index.ts';
import { analyticsApiDialect, analyticsRoutes } from './analytics/index.ts';
import { auditRoutes } from './audit/index.ts';
import {
  cloudClientDialect,
  environmentRoutes,
  groupLimitRoutes,
  runnerApiDialect,
  runnerRoutes,
  taskRoutes,
} from './cloud/index.ts';
import { complianceApiDialect, complianceRoutes, personExportDialect } from './compliance/index.ts';
import { connectDialect, connectRoutes } from './connect/index.ts';
import { gitRoutes, gitServerDialect } from './connectors/index.ts';
import { directoryRoutes, provisioningRoutes, scimDialect } from './directory/index.ts';
import { mountApiPage } from './http/api-page.ts';
import { mountConsole } from './http/console-files.ts';
import { createHttpApp } from './http/create-http-app.ts';
import type { HttpEnv } from './http/http-env.ts';
import { limitKeyCalls } from './http/key-calls.ts';
import { mountOwnApi } from './http/own-api.ts';
import { mountUnknownPaths } from './http/unknown-paths.ts';
import { type Dialect, mountDialect } from './http/wire-routes.ts';
import {
  authenticateClient,
  codexOauthDialect,
  identityRoutes,
  readConsoleMember,
  secondFactorRoutes,
} from './identity/index.ts';
import { keysRoutes, openKeyReader } from './keys/index.ts';
import type { Metrics } from './log/metrics.ts';
import { activityRoutes, type Gateway, modelPricesRoutes, modelsRoutes, responsesDialect } from './models/index.ts';
import { codexClientDialect, policiesRoutes } from './policies/index.ts';
import { rolesRoutes } from './roles/index.ts';
import type { Services } from './services.ts';
import { setupRoutes } from './setup/index.ts';
import { endAtProvider, ssoDialect, ssoRoutes } from './sso/index.ts';
import { bundleGitDialect, bundleTarDialect, teamConfigRoutes } from './team-config/index.ts';
import { codexEventsDialect, otlpDialect } from './telemetry/index.ts';
import { estateRoutes, proofRoutes } from './verify/index.ts';
import { workspaceRoutes } from './workspace/index.ts';

export interface AppParts {
  gateway: Gateway;
  /** The local authority that clients have to trust; null with an own certificate. */
  authorityPem: string | null;
  /** The authority over the vendor's names, for machines behind `reeve proxy`; null where that is off. */
  proxyAuthorityPem: string | null;
  /** Features register their own counters here. */
  metrics?: Metrics;
}

/** Reeve's own API, feature by feature. */
export const ownApiRouter = (services: Services, parts: AppParts) => ({
  identity: identityRoutes(services, endAtProvider(services)),
  secondFactor: secondFactorRoutes(services),
  workspace: workspaceRoutes(services),
  directory: directoryRoutes(services),
  provisioning: provisioningRoutes(services),
  roles: rolesRoutes(services),
  policies: policiesRoutes(services),
  keys: keysRoutes(services),
  models: modelsRoutes(services),
  modelPrices: modelPricesRoutes(services),
  activity: { ...activityRoutes(services), ...activityEventsRoutes(services) },
  analytics: analyticsRoutes(services),
  audit: auditRoutes(services),
  compliance: complianceRoutes(services),
  connect: connectRoutes(services, parts),
  setup: setupRoutes(services),
  sso: ssoRoutes(services),
  teamConfig: teamConfigRoutes(services),
  proofs: proofRoutes(services),
  estate: estateRoutes(services),
  git: gitRoutes(services),
  environments: environmentRoutes(services),
  tasks: taskRoutes(services),
  runners: runnerRoutes(services),
  groupLimits: groupLimitRoutes(services),
});

/** Other people's wire formats: everything a stock Codex client calls. */
export const dialects = (services: Services, parts: AppParts): Dialect[] => [
  codexOauthDialect(services),
  ssoDialect(services),
  codexClientDialect(services),
  responsesDialect(services, parts.gateway),
  codexEventsDialect(services),
  otlpDialect(services, { registry: parts.metrics?.registry }),
  analyticsApiDialect(services),
  connectDialect(services, parts),
  scimDialect(services),
  complianceApiDialect(services),
  personExportDialect(services),
  bundleTarDialect(services),
  bundleGitDialect(services),
  runnerApiDialect(services),
  cloudClientDialect(services),
  gitServerDialect(services),
];

/** Every route, in the order of precedence: Reeve's own API, the clients' dialects, health, the console's document last. */
export function createApp(
  services: Services,
  parts: AppParts & { isReady: () => boolean | Promise<boolean>; metrics: Metrics },
): Hono<HttpEnv> {
  const app = createHttpApp({
    log: services.log,
    trustedProxies: services.config.trustedProxies,
    metrics: parts.metrics,
  });
  app.get('/healthz', (c) => c.json({ status: 'alive' }));
  app.get('/readyz', async (c) =>
    (await parts.isReady()) ? c.json({ status: 'ready' }) : c.json({ status: 'not ready' }, 503),
  );
  mountApiPage(app);
  const readKey = openKeyReader(services);
  mountOwnApi(app, {
    router: ownApiRouter(services, parts),
    origin: services.origin,
    readMember: readConsoleMember(services),
    keys: { readKey, admit: limitKeyCalls(services.db) },
  });
  const authenticate = authenticateClient(services);
  for (const dialect of dialects(services, parts)) mountDialect(app, dialect, authenticate, readKey);
  mountUnknownPaths(app);
  mountConsole(app);
  return app;
}
