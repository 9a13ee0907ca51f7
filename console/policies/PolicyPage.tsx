import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';
import { DeletePolicy } from './DeletePolicy.tsx';
import { EditPolicy } from './EditPolicy.tsx';

export function PolicyPage() {
  const { id } = useParams({ from: '/shell/policies/$id' });
  const policy = useQuery(api.policies.get.queryOptions({ input: { id } }));
  return (
    <Page
      title={policy.data?.name ?? 'Policy'}
      above={[{ label: 'Policies', to: paths.policies }]}
      description={policy.data && <WhoGetsIt policy={policy.data} />}
      action={policy.data && <DeletePolicy policy={policy.data} />}
    >
      <Loaded query={policy} what="This policy could not be loaded">
        {(found) => <EditPolicy key={found.id} policy={found} />}
      </Loaded>
    </Page>
  );
}

function WhoGetsIt({
  policy: { groups, isFallback, memberCount, revision, updatedAt, updatedBy },
}: {
  policy: Policy;
}) {
  const targets = [...groups.map(({ name }) => name), ...(isFallback ? ['everyone else (fallback)'] : [])];
  return (
    <>
      {targets.length === 0 ? (
        <>
          Applies to nobody yet: <TextLink to={paths.policyOrder}>assign it</TextLink>.
        </>
      ) : (
        <>
          Applies to {countOf(memberCount, 'member')}: {targets.join(', ')}.{' '}
          <TextLink to={paths.policyOrder}>Order and fallback</TextLink>
        </>
      )}{' '}
      Revision {revision}, changed <RelativeTime at={updatedAt} />
      {updatedBy && ` by ${shortName(updatedBy)}`}.
    </>
  );
}
