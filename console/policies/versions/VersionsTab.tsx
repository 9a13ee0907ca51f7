import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { Policy } from '#contract/policies.ts';
import classes from '../PolicyPage.module.css';
import type { PolicyLock } from '../use-policy-lock.ts';
import { CompareVersions } from './CompareVersions.tsx';
import { VersionList } from './VersionList.tsx';

/** Everything that was ever published of a policy, two of them beside each other, and the way back. */
export function VersionsTab({ policy, lock }: { policy: Policy; lock: PolicyLock }) {
  const { before, after, cursor } = useSearch({ from: '/shell/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const versions = useQuery(
    api.policies.versions.list.queryOptions({ input: { id: policy.id, limit: 50, ...(cursor && { cursor }) } }),
  );
  if (policy.revision === 0)
    return (
      <EmptyState>
        No version yet: every time this policy is published, its text is kept here with who published it and why.
      </EmptyState>
    );
  return (
    <>
      {before !== undefined && after !== undefined && (
        <div className={classes.comparison}>
          <CompareVersions policy={policy} before={before} after={after} />
        </div>
      )}
      <Section
        title="Versions"
        description="Choose two to compare. Restoring brings a version back as a draft; nobody gets it before it is published again."
      >
        <Loaded query={versions} what="The versions could not be loaded" skeleton={<RowSkeletons rows={4} />}>
          {({ items, nextCursor }) => (
            <>
              <VersionList policy={policy} versions={items} lock={lock} />
              <Pager
                label="Pages of versions"
                shown={items.length}
                isFirst={cursor === undefined}
                hasNext={nextCursor !== null}
                onFirst={() => void navigate({ search: (now) => ({ ...now, cursor: undefined }) })}
                onNext={() => void navigate({ search: (now) => ({ ...now, cursor: nextCursor ?? undefined }) })}
              />
            </>
          )}
        </Loaded>
      </Section>
    </>
  );
}
