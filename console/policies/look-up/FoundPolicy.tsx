import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import { DeliveredBytes } from './DeliveredBytes.tsx';
import { Finding } from './Finding.tsx';
import classes from './LookUp.module.css';
import { LookUpTrail } from './LookUpTrail.tsx';
import { MemberReceipts } from './MemberReceipts.tsx';
import { WhatIf } from './WhatIf.tsx';

interface FoundPolicyProps {
  subject: { email: string } | { groupId: string };
}

/** The answer first; then how it came about, what arrived, and what would be. */
export function FoundPolicy({ subject }: FoundPolicyProps) {
  const { joins, leaves, publishes } = useSearch({ from: '/shell/policies/look-up' });
  const found = useQuery(
    api.policies.lookUp.find.queryOptions({
      input: { ...subject, joins, leaves, publishes },
      retry: false,
      placeholderData: keepPreviousData,
    }),
  );
  const isAsked = Boolean(joins || leaves || publishes);
  return (
    <div className={classes.answer}>
      <Loaded query={found} what="The policy could not be looked up" skeleton={<RowSkeletons rows={4} />}>
        {({ subject: name, memberId, whatIf, receipts, ...finding }) => (
          <>
            <Finding
              finding={finding}
              title={(policy) => (
                <>
                  {name} gets {policy}
                </>
              )}
            />
            <LookUpTrail tried={finding.tried} alsoMatching={finding.alsoMatching} matchedAt={finding.matchedAt} />
            <WhatIf memberId={memberId} result={isAsked ? whatIf : null} isAsking={found.isFetching} />
            {'email' in subject && (
              <>
                <MemberReceipts receipts={receipts} />
                <DeliveredBytes email={subject.email} receipts={receipts} />
              </>
            )}
          </>
        )}
      </Loaded>
    </div>
  );
}
