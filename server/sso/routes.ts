import { addressKey, rateLimit } from '#server/db/rate-limit.ts';
import { ReeveError } from '#server/fail.ts';
import { callerOf, type RequestContext } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { actingAdmin } from './acting-admin.ts';
import { checkDomain } from './check-domain.ts';
import { createConnection } from './create-connection.ts';
import { addDomain, readDomain, readDomains, removeDomain } from './domains.ts';
import { disableConnection, enableConnection, removeConnection } from './enable-connection.ts';
import { readConnection, readConnections } from './read-connections.ts';
import { changeSsoSettings, previewSsoSettings, readSsoSettings } from './settings.ts';
import { readSignInOptions } from './sign-in-options.ts';
import { startTest } from './start-test.ts';
import { readProblem } from './tell-problem.ts';
import { changeConnection } from './update-connection.ts';

const workspaceOf = (context: RequestContext): string => callerOf(context).workspaceId;

function connectionRoutes(services: Services) {
  const { connections } = routes.sso;
  const read = (context: RequestContext, id: string) => readConnection(services, workspaceOf(context), id);
  return {
    list: connections.list.handler(async ({ context }) => ({
      items: await readConnections(services, workspaceOf(context)),
    })),
    get: connections.get.handler(({ input, context }) => read(context, input.id)),
    create: connections.create.handler(async ({ input, context }) =>
      read(context, await createConnection(services, actingAdmin(context), input)),
    ),
    update: connections.update.handler(async ({ input, context }) => {
      await changeConnection(services, actingAdmin(context), input);
      return read(context, input.id);
    }),
    startTest: connections.startTest.handler(async ({ input, context }) => {
      const { cookieHeader, responseHeaders } = context;
      const test = { id: input.id, cookieHeader, responseHeaders };
      return { redirectTo: await startTest(services, actingAdmin(context), test) };
    }),
    enable: connections.enable.handler(async ({ input, context }) => {
      await enableConnection(services, actingAdmin(context), input.id);
      return read(context, input.id);
    }),
    disable: connections.disable.handler(async ({ input, context }) => {
      await disableConnection(services, actingAdmin(context), input.id);
      return read(context, input.id);
    }),
    remove: connections.remove.handler(async ({ input, context }) => {
      await removeConnection(services, actingAdmin(context), input.id);
      return {};
    }),
  };
}

function domainRoutes(services: Services) {
  const { domains } = routes.sso;
  const { db } = services;
  return {
    list: domains.list.handler(async ({ context }) => ({ items: await readDomains(db, workspaceOf(context)) })),
    add: domains.add.handler(async ({ input, context }) =>
      readDomain(db, workspaceOf(context), await addDomain(services, actingAdmin(context), input.domain)),
    ),
    check: domains.check.handler(async ({ input, context }) => {
      await checkDomain(services, actingAdmin(context), input.id);
      return readDomain(db, workspaceOf(context), input.id);
    }),
    remove: domains.remove.handler(async ({ input, context }) => {
      await removeDomain(services, actingAdmin(context), input.id);
      return {};
    }),
  };
}

export function ssoRoutes(services: Services) {
  const { db } = services;
  const { sso } = routes;
  const questions = rateLimit(db, { name: 'sign-in-options', points: 600, perSeconds: 15 * 60 });
  return {
    connections: connectionRoutes(services),
    domains: domainRoutes(services),
    settings: sso.settings.handler(({ context }) => readSsoSettings(db, workspaceOf(context))),
    previewSettings: sso.previewSettings.handler(({ input, context }) =>
      previewSsoSettings(services, actingAdmin(context), input),
    ),
    updateSettings: sso.updateSettings.handler(({ input, context }) =>
      changeSsoSettings(services, actingAdmin(context), input),
    ),
    problem: sso.problem.handler(({ input }) => readProblem(services, input.token)),
    signInOptions: sso.signInOptions.handler(async ({ input, context }) => {
      const admission = await questions.take(addressKey(context.ip));
      if (!admission.allowed)
        throw new ReeveError('too-many-attempts', { retryAfterSeconds: admission.retryAfterSeconds });
      return readSignInOptions(db, input.email);
    }),
  };
}
