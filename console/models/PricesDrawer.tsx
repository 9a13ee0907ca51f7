import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Price } from '#contract/model-prices.ts';
import { PriceForm } from './PriceForm.tsx';
import { PriceList } from './PriceList.tsx';
import { WithdrawPrice } from './WithdrawPrice.tsx';

/** A model, or null for what a US dollar is in credits. */
export interface PricesAbout {
  model: string | null;
}

type Asked = { what: 'add' | 'correct' } | { what: 'withdraw'; price: Price } | null;

const repriceLookMs = 5_000;
const isOpenCorrection = ({ correction }: Price) => correction !== null && correction.finishedAt === null;

/** The prices of one model, or the rate of credits, with their history, beside the list. */
export function PricesDrawer({ about, onClose }: { about: PricesAbout | null; onClose: () => void }) {
  const [asked, setAsked] = useState<Asked>(null);
  return (
    <>
      <Drawer
        opened={about !== null}
        onClose={onClose}
        closeOnEscape={asked === null}
        position="right"
        size="lg"
        title={about?.model ? `Prices of ${about.model}` : 'Credits for one US dollar'}
      >
        {about && <Prices about={about} ask={setAsked} />}
      </Drawer>
      {about && (asked?.what === 'add' || asked?.what === 'correct') && (
        <PriceForm about={about} what={asked.what} onClose={() => setAsked(null)} />
      )}
      {asked?.what === 'withdraw' && <WithdrawPrice price={asked.price} onClose={() => setAsked(null)} />}
    </>
  );
}

function Prices({ about: { model }, ask }: { about: PricesAbout; ask: (asked: Asked) => void }) {
  const mayWrite = useCan('models.write');
  const prices = useQuery(
    api.modelPrices.list.queryOptions({
      input: model === null ? {} : { model },
      refetchInterval: ({ state }) => (state.data?.items.some(isOpenCorrection) ? repriceLookMs : false),
    }),
  );
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {model === null
          ? 'Where a model has no price in credits, a call costs its US dollars times this rate.'
          : 'A call costs what was in force when it started. Setting a price changes nothing of the past.'}
      </Text>
      {mayWrite && (
        <Group gap={8}>
          <Button onClick={() => ask({ what: 'add' })}>
            {model === null ? 'Set or plan a rate' : 'Set or plan a price'}
          </Button>
          <Button variant="default" onClick={() => ask({ what: 'correct' })}>
            Correct the past
          </Button>
        </Group>
      )}
      <Loaded query={prices} what="The prices could not be loaded" skeleton={<RowSkeletons rows={3} />}>
        {({ items }) => (
          <PriceList
            prices={items.filter(({ terms }) => (terms.kind === 'rate') === (model === null))}
            onWithdraw={mayWrite ? (price) => ask({ what: 'withdraw', price }) : null}
          />
        )}
      </Loaded>
    </Stack>
  );
}
