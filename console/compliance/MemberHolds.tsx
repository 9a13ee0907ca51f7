import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { HoldList } from './HoldList.tsx';

/** On the page of a member; absent while nobody ever held anything of theirs. */
export function MemberHolds({ memberId }: { memberId: string }) {
  const holds = useQuery(api.compliance.listHolds.queryOptions({ input: { memberId } }));
  if (holds.data?.items.length === 0) return null;
  return (
    <Section title="Legal holds" description="While one is in force, nothing of theirs is purged, erased or removed.">
      <Loaded query={holds} what="The legal holds could not be loaded" skeleton={<RowSkeletons rows={1} />}>
        {({ items }) => <HoldList holds={items} />}
      </Loaded>
    </Section>
  );
}
