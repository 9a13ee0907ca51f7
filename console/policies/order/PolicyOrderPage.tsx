import { useQueries } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ProtectionBanners } from '../protection/ProtectionBanners.tsx';
import { OrderForm } from './OrderForm.tsx';

export function PolicyOrderPage() {
  const [assignments, policies] = useQueries({
    queries: [api.policies.assignments.queryOptions(), api.policies.list.queryOptions()],
  });
  const failed = [assignments, policies].find(({ error }) => error);
  return (
    <Page
      title="Order and fallback"
      description="Read from the top: the first line with a group the member is in decides. Whoever is in none gets the fallback."
      above={[{ label: 'Policies', to: paths.policies }]}
    >
      <ProtectionBanners />
      {assignments.data && policies.data ? (
        <OrderForm saved={assignments.data} policies={policies.data.items} />
      ) : failed?.error ? (
        <FailureNotice
          what="The order could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      ) : (
        <RowSkeletons rows={8} />
      )}
    </Page>
  );
}
