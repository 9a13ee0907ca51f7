import { Button } from '@mantine/core';
import { useState } from 'react';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { LegalHold } from '#contract/compliance-people.ts';
import { LiftHold } from './LiftHold.tsx';

export function HoldList({ holds }: { holds: LegalHold[] }) {
  const mayManage = useCan('compliance.write');
  const [lifting, setLifting] = useState<LegalHold | null>(null);
  return (
    <>
      <EntryList label="Legal holds">
        {holds.map((hold) => (
          <Entry
            key={hold.id}
            title={hold.memberLabel}
            badge={
              hold.liftedAt ? (
                <StatusBadge tone="off">Lifted</StatusBadge>
              ) : (
                <StatusBadge tone="info">On hold</StatusBadge>
              )
            }
            facts={[
              hold.reason,
              <span key="placed">
                placed by {shortName(hold.placedBy)} <RelativeTime at={hold.placedAt} />
              </span>,
              hold.liftedAt && (
                <span key="lifted">
                  lifted by {shortName(hold.liftedBy ?? '')} <RelativeTime at={hold.liftedAt} />: {hold.liftedBecause}
                </span>
              ),
            ]}
            action={
              mayManage &&
              !hold.liftedAt && (
                <Button
                  variant="default"
                  aria-label={`Lift the hold on ${hold.memberLabel}`}
                  onClick={() => setLifting(hold)}
                >
                  Lift
                </Button>
              )
            }
          />
        ))}
      </EntryList>
      {lifting && <LiftHold hold={lifting} onClose={() => setLifting(null)} />}
    </>
  );
}
