import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, type ParsedLocation, redirect } from '@tanstack/react-router';
import { rememberSignedIn } from '#console/expired-session.ts';
import { paths } from '#console/paths.ts';
import { sessionQuery } from '#console/session.ts';
import { Focused } from '#console/shell/Focused.tsx';
import { NotFoundPage } from '#console/shell/NotFoundPage.tsx';
import { Shell } from '#console/shell/Shell.tsx';

interface RouterContext {
  queries: QueryClient;
}

async function requireSession({
  context,
  location,
}: {
  context: RouterContext;
  location: ParsedLocation;
}): Promise<void> {
  const session = await context.queries.ensureQueryData(sessionQuery);
  rememberSignedIn(session.state === 'signed-in');
  if (session.state === 'signed-out') {
    throw redirect({ to: paths.signIn, search: location.href === '/' ? {} : { next: location.href }, replace: true });
  }
  if (session.secondFactor.mustEnrolNow && location.pathname !== paths.enrol)
    throw redirect({ to: paths.enrol, search: location.href === '/' ? {} : { next: location.href }, replace: true });
}

export const root = createRootRouteWithContext<RouterContext>()({
  notFoundComponent: NotFoundPage,
});

export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  component: Shell,
  beforeLoad: requireSession,
});
export const focused = createRoute({
  getParentRoute: () => root,
  id: 'focused',
  component: Focused,
  beforeLoad: requireSession,
});
export const inShell = { getParentRoute: () => shell } as const;
