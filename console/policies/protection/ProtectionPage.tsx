import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { FreezeSection } from './FreezeSection.tsx';
import { OwnerSection } from './OwnerSection.tsx';
import { ProtectionBanners } from './ProtectionBanners.tsx';
import { SecondApproverSection } from './SecondApproverSection.tsx';

/** What stands between somebody who may write policies and a change. */
export function ProtectionPage() {
  const protection = useQuery(api.policies.protection.get.queryOptions());
  return (
    <Page
      title="Protection"
      above={[{ label: 'Policies', to: paths.policies }]}
      description="What stands between whoever may write policies and everybody’s clients."
    >
      <ProtectionBanners />
      <Loaded query={protection} what="The protection of the policies could not be loaded">
        {(data) => (
          <>
            <FreezeSection frozen={data.frozen} />
            <SecondApproverSection isOn={data.secondApprover} />
            <OwnerSection key={data.managedBy} managedBy={data.managedBy} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
