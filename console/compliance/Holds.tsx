import { Button, Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '#console/api.ts';
import { useCan } from '#console/session.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { HoldList } from './HoldList.tsx';
import { PlaceHold } from './PlaceHold.tsx';

/** Whose records stay whatever their age. */
export function Holds() {
  const mayManage = useCan('compliance.write');
  const [isPlacing, setPlacing] = useState(false);
  const holds = useQuery(api.compliance.listHolds.queryOptions({ input: {} }));
  const place = mayManage && <Button onClick={() => setPlacing(true)}>Place legal hold</Button>;
  return (
    <>
      <Loaded query={holds} what="The legal holds could not be loaded" skeleton={<RowSkeletons rows={2} />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState action={place}>
              People whose records must stay appear here: while one is on hold, nothing of theirs is purged or erased.
            </EmptyState>
          ) : (
            <>
              <Group justify="flex-end" mb="md">
                {place}
              </Group>
              <HoldList holds={items} />
            </>
          )
        }
      </Loaded>
      {isPlacing && <PlaceHold onClose={() => setPlacing(false)} />}
    </>
  );
}
