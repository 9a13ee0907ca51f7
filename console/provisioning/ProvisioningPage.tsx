import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Section } from '#console/ui/Section.tsx';
import { HandOverGroup } from './HandOverGroup.tsx';
import { ProvisioningGuide } from './ProvisioningGuide.tsx';
import { ProvisioningState } from './ProvisioningState.tsx';
import { ProvisioningTokens } from './ProvisioningTokens.tsx';

/** Whether people arrive by themselves, with which tokens, and how to set that up at the provider. */
export function ProvisioningPage() {
  const mayManage = useCan('keys.write');
  const maySetUp = useCan('sign-in.write');
  const status = useQuery(api.provisioning.status.queryOptions());
  return (
    <Page
      title="Provisioning (SCIM)"
      description="Your identity provider sends its people and groups here: who joins is a member, who leaves is out everywhere within moments."
    >
      <Loaded query={status} what="The state of provisioning could not be loaded">
        {(facts) => (
          <>
            <ProvisioningState facts={facts} />
            <Section title="Address" description="What the provider calls the base URL, connector URL or tenant URL.">
              <CopyField label="SCIM base URL" value={facts.baseUrl} />
            </Section>
            {mayManage ? (
              <ProvisioningTokens />
            ) : (
              <Section title="Tokens">
                <Text c="dimmed">Only people who may manage keys see and make tokens. Ask a workspace owner.</Text>
              </Section>
            )}
            <ProvisioningGuide baseUrl={facts.baseUrl} />
            {maySetUp && <HandOverGroup />}
            <Section title="What SCIM looks after">
              <Text maw={720}>
                People and groups that arrive by SCIM say so on their pages. Their name, address and memberships are
                changed at the provider; here you still give them roles and policies. Somebody the provider deactivates
                is deprovisioned: sessions, Codex sign-ins, access tokens and running calls end, and coming back brings
                everything back but the sign-ins. Whoever was invited by hand under the same address becomes the same
                member, not a second one.
              </Text>
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  );
}
