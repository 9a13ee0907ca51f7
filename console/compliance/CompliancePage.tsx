import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ComplianceSearch } from '#console/page-search.ts';
import { useCan } from '#console/session.ts';
import { Page } from '#console/shell/Page.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Destinations } from './Destinations.tsx';
import { Erasures } from './Erasures.tsx';
import { Holds } from './Holds.tsx';
import { LogFiles } from './LogFiles.tsx';
import { PersonExports } from './PersonExports.tsx';
import { Retention } from './Retention.tsx';

const tabs = {
  files: { label: 'Log files', panel: LogFiles },
  destinations: { label: 'Destinations', panel: Destinations },
  retention: { label: 'Retention', panel: Retention },
  holds: { label: 'Legal holds', panel: Holds },
  erasures: { label: 'Erasures', panel: Erasures },
  exports: { label: 'Exports', panel: PersonExports },
} as const;
type TabName = keyof typeof tabs;
const tabNames = Object.keys(tabs) as TabName[];

/** What is kept as evidence, where it goes, and how it leaves. */
export function CompliancePage() {
  const maySee = useCan('compliance.read');
  const { tab = 'files' } = useSearch({ from: '/shell/compliance' });
  const navigate = useNavigate({ from: '/compliance' });
  return (
    <Page
      isWide
      title="Compliance"
      description="What is kept as evidence, where it is sent, for how long it stays, and what is held, erased or handed out about one person."
    >
      {maySee ? (
        <Tabs
          value={tab}
          keepMounted={false}
          onChange={(value) => void navigate({ search: ComplianceSearch.parse({ tab: value }), replace: true })}
        >
          <Tabs.List mb="lg">
            {tabNames.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {tabs[name].label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {tabNames.map((name) => {
            const Panel = tabs[name].panel;
            return (
              <Tabs.Panel key={name} value={name}>
                <Panel />
              </Tabs.Panel>
            );
          })}
        </Tabs>
      ) : (
        <Notice tone="info" title="Your roles do not include compliance">
          <p>Ask a workspace owner for the role Compliance officer.</p>
        </Notice>
      )}
    </Page>
  );
}
