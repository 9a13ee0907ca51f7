import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Price } from '#contract/model-prices.ts';
import { describeMoment, describeTerms } from './price-words.ts';

/** What a US dollar is in credits, and where to change it. */
export function CreditsRate({ onOpen }: { onOpen: () => void }) {
  const prices = useQuery(api.modelPrices.list.queryOptions({ input: {} }));
  return (
    <Section
      title="Credits"
      description="What reports and budgets count in beside US dollars. A model can have its own price in credits; for all others this rate counts."
      action={
        <Button variant="default" onClick={onOpen}>
          Rate and history
        </Button>
      }
    >
      <Loaded query={prices} what="The rate could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {({ items }) => <Rates rates={items.filter(({ terms }) => terms.kind === 'rate')} />}
      </Loaded>
    </Section>
  );
}

function Rates({ rates }: { rates: Price[] }) {
  const inForce = rates.find(({ state }) => state === 'in-force');
  const planned = rates.filter(({ state }) => state === 'planned').at(-1);
  return (
    <p style={{ margin: 0 }}>
      {inForce
        ? `${describeTerms(inForce.terms)}, since ${describeMoment(inForce.validFrom)}.`
        : 'No rate is set: credits are 0 for every model without a price in credits.'}
      {planned && ` From ${describeMoment(planned.validFrom)}: ${describeTerms(planned.terms)}.`}
    </p>
  );
}
