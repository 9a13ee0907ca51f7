import { actorOf, signedIn } from '#server/http/request-context.ts';
import { routes } from '#server/http/routes.ts';
import type { Services } from '#server/services.ts';
import { plannedToggles } from './planned-toggles.ts';
import { previewSettings } from './preview-settings.ts';
import { readSettings } from './settings.ts';
import { updateSettings } from './update-settings.ts';

export const workspaceRoutes = (services: Services) => ({
  settings: routes.workspace.settings.handler(async ({ context }) => ({
    settings: await readSettings(services.db, signedIn(context).workspaceId),
    planned: [...plannedToggles],
  })),
  previewSettings: routes.workspace.previewSettings.handler(({ input, context }) =>
    previewSettings(services, signedIn(context).workspaceId, input),
  ),
  updateSettings: routes.workspace.updateSettings.handler(async ({ input, context }) => ({
    settings: await updateSettings(services, actorOf(context), signedIn(context).workspaceId, input),
  })),
});
