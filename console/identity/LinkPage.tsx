import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { AcceptInvitation } from './AcceptInvitation.tsx';
import { CreateOwner } from './CreateOwner.tsx';

/** Where the set-up link and invitation links lead. */
export function LinkPage() {
  const { token } = useParams({ from: '/links/$token' });
  const link = useQuery(
    api.directory.links.preview.queryOptions({ input: { token }, retry: false, staleTime: Number.POSITIVE_INFINITY }),
  );
  const navigate = useNavigate();
  const queries = useQueryClient();
  const enter = async (to: typeof paths.overview | typeof paths.connect) => {
    queries.removeQueries();
    await navigate({ to, replace: true });
  };
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
