import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { RuleSection } from '#console/second-factor/RuleSection.tsx';
import { useSession } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { GroupLimits } from './GroupLimits.tsx';
import { SettingsForm } from './SettingsForm.tsx';
import { WorkspaceIds } from './WorkspaceIds.tsx';

export function SettingsPage() {
  const { workspace } = useSession();
  const settings = useQuery(api.workspace.settings.queryOptions());
  return (
    <Page
      title="Settings and permissions"
      description="Which Codex surfaces members may use, and how the gateway treats their clients."
      history={{ subjectId: workspace.id }}
    >
      <Loaded query={settings} what="The settings could not be loaded">
        {(data) => (
          <>
            <SettingsForm saved={data.settings} planned={data.planned} />
            <GroupLimits />
            <RuleSection />
            <WorkspaceIds />
          </>
        )}
      </Loaded>
    </Page>
  );
}
