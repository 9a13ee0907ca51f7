import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { ModelDialog } from './ModelDialog.tsx';
import { ModelTable } from './ModelTable.tsx';
import { UpstreamFacts } from './UpstreamFacts.tsx';

export function ModelsPage() {
  const mayWrite = useCan('models.write');
  const [isAdding, setAdding] = useState(false);
  const upstream = useQuery(api.models.upstream.queryOptions());
  const models = useQuery(api.models.list.queryOptions());
  const allow = mayWrite && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Allow a model
    </Button>
  );
  return (
    <Page title="Models" description="Where model calls go, and which models members may use." action={allow}>
      <Section title="Upstream" description="Every model call of every client goes through Reeve to this address.">
        <Loaded query={upstream} what="The upstream could not be loaded" skeleton={<RowSkeletons rows={3} />}>
          {(found) => <UpstreamFacts upstream={found} />}
        </Loaded>
      </Section>
      <Section
        title="Allowed models"
        description="Calls for any other model are refused. The default is used when a client does not choose."
      >
        <Loaded query={models} what="The models could not be loaded" skeleton={<RowSkeletons rows={3} />}>
          {({ items }) => <ModelTable models={items} emptyAction={allow} />}
        </Loaded>
      </Section>
      {isAdding && <ModelDialog isFirst={models.data?.items.length === 0} onClose={() => setAdding(false)} />}
    </Page>
  );
}
