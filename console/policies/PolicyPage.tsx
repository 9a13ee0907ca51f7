import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { PolicyWorkplace } from './PolicyWorkplace.tsx';

export function PolicyPage() {
  const { id } = useParams({ from: '/shell/policies/$id' });
  const policy = useQuery(api.policies.get.queryOptions({ input: { id } }));
  if (policy.data && !policy.error) return <PolicyWorkplace key={id} policy={policy.data} />;
  return (
    <Page title={policy.data?.name ?? 'Policy'} above={[{ label: 'Policies', to: paths.policies }]}>
      <Loaded query={policy} what="This policy could not be loaded">
        {(found) => <PolicyWorkplace key={id} policy={found} />}
      </Loaded>
    </Page>
  );
}
