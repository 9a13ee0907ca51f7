import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { AcceptInvitation } from './AcceptInvitation.tsx';
import { CreateOwner } from './CreateOwner.tsx';

/** Where set-up links and invitation links lead. */
export function LinkPage() {
  // Behind `#`, which browsers never send: the secret is in no log.
  const { hash: token } = useLocation();
  const link = useQuery(
    api.directory.links.preview.queryOptions({
      input: { token },
      enabled: token !== '',
      retry: false,
      // A used link has no preview any more; the page must not ask again while it leads on.
      staleTime: 'static',
    }),
  );
  const navigate = useNavigate();
  const queries = useQueryClient();
  const enter = async (to: typeof paths.overview | typeof paths.connect) => {
    queries.removeQueries({ type: 'inactive' });
    await navigate({ to, replace: true });
  };
  if (token === '') {
    return (
      <PlainPage title="This link is not complete">
        <Notice tone="warn">
          <p>Its last part is missing. Copy the whole link, to its very end, into the address bar.</p>
        </Notice>
      </PlainPage>
    );
  }
  if (link.isPending) {
    return (
      <PlainPage title="Opening the link">
        <PageSkeleton />
      </PlainPage>
    );
  }
  if (link.error) {
    return (
      <PlainPage title="This link does not work">
        <FailureNotice error={link.error} onRetry={() => void link.refetch()} />
      </PlainPage>
    );
  }
  return link.data.kind === 'owner' ? (
    <CreateOwner token={token} preview={link.data} onDone={() => enter(paths.overview)} />
  ) : (
    <AcceptInvitation token={token} preview={link.data} onDone={() => enter(paths.connect)} />
  );
}
