import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Page } from '#console/shell/Page.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { LiveAge } from '#console/ui/LiveAge.tsx';
import { ProtectionBanners } from '../protection/ProtectionBanners.tsx';
import { DeliverySummary } from './DeliverySummary.tsx';
import { ReceiptTable } from './ReceiptTable.tsx';

/** How far what is published has reached, and whom it has not. */
export function DeliveryPage() {
  const [isPaused, setPaused] = useState(false);
  const summary = useQuery(
    api.policies.deliveries.summary.queryOptions({ refetchInterval: isPaused ? false : 30_000 }),
  );
  return (
    <Page
      isWide
      title="Delivery"
      description="Which version of their policy members’ clients have fetched. Clients ask at their start and may use what they have for up to 60 minutes."
      action={<LiveAge updatedAt={summary.dataUpdatedAt} isPaused={isPaused} onPausedChange={setPaused} />}
    >
      <ProtectionBanners />
      <Loaded query={summary} what="The delivery could not be summed up">
        {(data) =>
          data.current + data.behind === 0 ? (
            <EmptyState action={<TextLink to={paths.connect}>Connect a client</TextLink>}>
              No client has fetched a policy yet. Each fetch leaves a receipt here as soon as a member’s Codex starts.
            </EmptyState>
          ) : (
            <>
              <DeliverySummary summary={data} />
              <ReceiptTable versions={data.versions} policies={data.policies} isPaused={isPaused} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
