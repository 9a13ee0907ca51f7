import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Page } from '#console/shell/Page.tsx';
import { PageSkeleton } from '#console/ui/Skeletons.tsx';
import { EnvironmentWorkplace } from './EnvironmentWorkplace.tsx';
import { useEnvironmentOptions } from './use-environment-options.ts';

export function EnvironmentPage() {
  const { id } = useParams({ from: '/shell/codex/environments/$id' });
  const environment = useQuery(api.environments.get.queryOptions({ input: { id } }));
  const options = useEnvironmentOptions();
  if (environment.data && options.data)
    return <EnvironmentWorkplace key={id} environment={environment.data} options={options.data} />;
  const failed = environment.error ? environment : options.error ? options : null;
  return (
    <Page title="Environment" above={[{ label: 'Environments', to: paths.environments }]}>
      {failed ? (
        <FailureNotice
          what="This environment could not be loaded"
          error={failed.error}
          onRetry={() => void failed.refetch()}
        />
      ) : (
        <PageSkeleton />
      )}
    </Page>
  );
}
