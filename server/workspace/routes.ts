import { actorOf, callerOf } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { plannedToggles } from './planned-toggles.ts';
import { previewSettings } from './preview-settings.ts';
import { readSettings } from './settings.ts';
import { updateSettings } from './update-settings.ts';

export const workspaceRoutes = (services: Services) => ({
  settings: routes.workspace.settings.handler(async ({ context }) => ({
    settings: await readSettings(services.db, callerOf(context).workspaceId),
    planned: [...plannedToggles],
  })),
  previewSettings: routes.workspace.previewSettings.handler(({ input, context }) =>
    previewSettings(services, callerOf(context).workspaceId, input),
  ),
  updateSettings: routes.workspace.updateSettings.handler(async ({ input, context }) => ({
    settings: await updateSettings(services, actorOf(context), callerOf(context).workspaceId, input),
  })),
});
