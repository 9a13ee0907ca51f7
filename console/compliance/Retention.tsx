import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { type RetentionKind, retentionFacts } from '#contract/compliance-retention.ts';
import { ChangeRetention } from './ChangeRetention.tsx';

/** How long what is kept. */
export function Retention() {
  const mayManage = useCan('compliance.write');
  const [changing, setChanging] = useState<{ kind: RetentionKind; days: number } | null>(null);
  const rules = useQuery(api.compliance.readRetention.queryOptions());
  return (
    <>
      <Loaded query={rules} what="The retention could not be loaded" skeleton={<RowSkeletons rows={12} />}>
        {({ items }) => (
          <>
            <EntryList label="Retention">
              {items.map(({ kind, days, isDefault, changedAt }) => (
                <Entry
                  key={kind}
                  title={`${retentionFacts(kind).label}: ${countOf(days, 'day')}`}
                  facts={[
                    retentionFacts(kind).sentence,
                    isDefault && 'default',
                    changedAt && (
                      <>
                        set <RelativeTime at={changedAt} />
                      </>
                    ),
                  ]}
                  action={
                    mayManage && (
                      <Button
                        variant="default"
                        aria-label={`Change: ${retentionFacts(kind).label}`}
                        onClick={() => setChanging({ kind, days })}
                      >
                        Change
                      </Button>
                    )
                  }
                />
              ))}
            </EntryList>
            <p>
              What is over its time goes once a day. Figures of use and the audit log itself stay; nothing of a person
              on legal hold goes.
            </p>
          </>
        )}
      </Loaded>
      {changing && <ChangeRetention rule={changing} onClose={() => setChanging(null)} />}
    </>
  );
}
