import { Stack } from '@mantine/core';
import { useSession } from '#console/session.ts';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Section } from '#console/ui/Section.tsx';
import { workspaceUuid } from '#contract/workspace-uuid.ts';

/** How programs name this workspace. */
export function WorkspaceIds() {
  const { id } = useSession().workspace;
  const uuid = workspaceUuid(id);
  return (
    <Section
      title="Workspace id"
      description="Connectors made for the vendor’s analytics and compliance APIs ask for a UUID; Reeve takes either."
    >
      <Stack gap={8}>
        {uuid !== id && <CopyField label="UUID" value={uuid} />}
        <CopyField label="Id in Reeve" value={id} />
      </Stack>
    </Section>
  );
}
