import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan, useSession } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Attention } from './Attention.tsx';
import { Figures } from './Figures.tsx';
import { StepList } from './StepList.tsx';

/** Is everything all right, and what do I do next? */
export function OverviewPage() {
  const { workspace } = useSession();
  return useCan('activity.read') ? <AdminOverview /> : <MemberOverview workspaceName={workspace.name} />;
}

function AdminOverview() {
  const overview = useQuery(api.setup.overview.queryOptions({ refetchInterval: 30_000 }));
  return (
    <Page title="Overview">
      <Loaded query={overview} what="The overview could not be loaded">
        {({ steps, figures, attention }) => (
          <>
            <Attention items={attention} steps={steps} />
            <Figures figures={figures} />
            <Section title="Set-up" description="Each line checks itself and turns green by fact.">
              <StepList steps={steps} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}

function MemberOverview({ workspaceName }: { workspaceName: string }) {
  return (
    <Page title="Overview">
      <EmptyState action={<TextLink to={paths.connect}>Connect a client</TextLink>}>
        You may use Codex in {workspaceName}. Connect the Codex client on your machine to begin.
      </EmptyState>
    </Page>
  );
}
