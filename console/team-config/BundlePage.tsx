import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { BundleWorkplace } from './BundleWorkplace.tsx';

export function BundlePage() {
  const { id } = useParams({ from: '/shell/team-config/$id' });
  const bundle = useQuery(api.teamConfig.get.queryOptions({ input: { id } }));
  if (bundle.data && !bundle.error) return <BundleWorkplace key={id} details={bundle.data} />;
  return (
    <Page title={bundle.data?.bundle.name ?? 'Bundle'} above={[{ label: 'Team Config', to: paths.teamConfig }]}>
      <Loaded query={bundle} what="This bundle could not be loaded">
        {(found) => <BundleWorkplace key={id} details={found} />}
      </Loaded>
    </Page>
  );
}
