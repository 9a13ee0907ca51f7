import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useCallback, useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { CreditsRate } from './CreditsRate.tsx';
import { ModelDialog } from './ModelDialog.tsx';
import { ModelTable } from './ModelTable.tsx';
import { PricesDrawer } from './PricesDrawer.tsx';
import { UpstreamFacts } from './UpstreamFacts.tsx';

export function ModelsPage() {
  const mayWrite = useCan('models.write');
  const [isAdding, setAdding] = useState(false);
  const upstream = useQuery(api.models.upstream.queryOptions());
  const models = useQuery(api.models.list.queryOptions());
  const { prices, rate } = useSearch({ from: '/shell/models' });
  const navigate = useNavigate({ from: '/models' });
  const open = useCallback(
    (search: { prices?: string; rate?: 1 }) => void navigate({ search, resetScroll: false }),
    [navigate],
  );
  const openPrices = useCallback((slug: string) => open({ prices: slug }), [open]);
  const allow = mayWrite && (
    <Button leftSection={<Plus size={16} aria-hidden />} onClick={() => setAdding(true)}>
      Allow a model
    </Button>
  );
  return (
    <Page
      title="Models"
      description="Where model calls go, and which models members may use."
      action={allow}
      history={{ subjectKind: 'model' }}
    >
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
          {({ items }) => <ModelTable models={items} emptyAction={allow} openPrices={openPrices} />}
        </Loaded>
      </Section>
      <CreditsRate onOpen={() => open({ rate: 1 })} />
      <PricesDrawer
        about={prices !== undefined ? { model: prices } : rate ? { model: null } : null}
        onClose={() => open({})}
      />
      {isAdding && <ModelDialog isFirst={models.data?.items.length === 0} onClose={() => setAdding(false)} />}
    </Page>
  );
}
