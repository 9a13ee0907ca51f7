import { DataTable } from '#console/ui/DataTable.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Receipt } from '#contract/policy-delivery.ts';
import { receiptColumns } from '../delivery/receipt-columns.tsx';

const columns = receiptColumns.filter(({ id }) => id !== 'member').map((column) => ({ ...column, isExtra: false }));

export function MemberReceipts({ receipts }: { receipts: Receipt[] }) {
  return (
    <Section
      title="What their clients fetched"
      description="A client asks at its start and while it runs; for up to 60 minutes it may use what it has without asking."
    >
      {receipts.length === 0 ? (
        <EmptyState>No client of this member has fetched a policy yet.</EmptyState>
      ) : (
        <DataTable
          label="Clients of this member"
          columns={columns}
          rows={receipts}
          rowId={({ client, clientVersion, form, policy }) =>
            `${client} ${clientVersion} ${form} ${policy?.id} ${policy?.revision}`
          }
        />
      )}
    </Section>
  );
}
