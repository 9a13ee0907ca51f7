import { MutationCache, QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { ServerUnreachable } from '#console/failure.ts';
import { CrashPage } from '#console/shell/CrashPage.tsx';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { routeTree } from './routes.tsx';

export const queries: QueryClient = new QueryClient({
  // Whatever was changed may show on any page; lists are small and the server is near.
  mutationCache: new MutationCache({
    // What was removed or signed out of is not loaded again for the page that is about to be left. Signing in again leaves it to
    // its caller: what waits for it would wait for itself.
    onSuccess: (_data, _input, _kept, { meta }) =>
      queries.invalidateQueries({ refetchType: meta?.leavesPage ? 'none' : 'active' }),
  }),
  defaultOptions: {
    queries: {
      networkMode: 'always',
      retry: (count, error) => error instanceof ServerUnreachable && count < 2,
      staleTime: 10_000,
    },
    mutations: { networkMode: 'always' },
  },
});

export const router = createRouter({
  routeTree,
  context: { queries },
  defaultPreload: 'intent',
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: CrashPage,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
