import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { EmptyState } from '#console/ui/EmptyState.tsx';
import { Pager } from '#console/ui/Pager.tsx';
import { Section } from '#console/ui/Section.tsx';
import { RowSkeletons } from '#console/ui/Skeletons.tsx';
import type { BundleDetails } from '../bundle-details.ts';
import classes from '../TeamConfig.module.css';
import type { BundleLock } from '../use-bundle-lock.ts';
import { CompareVersions } from './CompareVersions.tsx';
import { OpenVersion } from './OpenVersion.tsx';
import { VersionList } from './VersionList.tsx';

/** Everything that was ever published of a bundle: to open, to compare, to take, to bring back. */
export function VersionsTab({ details, lock }: { details: BundleDetails; lock: BundleLock }) {
  const { bundle } = details;
  const { version, against, cursor } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const versions = useQuery(
    api.teamConfig.versions.queryOptions({ input: { id: bundle.id, limit: 50, ...(cursor && { cursor }) } }),
  );
  if (bundle.newest === null)
    return (
      <EmptyState>
        No version yet: every time this bundle is published, its files are kept here with who published them and why.
      </EmptyState>
    );
  return (
    <>
      {version !== undefined && (
        <div className={classes.opened}>
          {against === undefined ? (
            <OpenVersion bundle={bundle} number={version} />
          ) : (
            <CompareVersions details={details} before={version} after={against} />
          )}
        </div>
      )}
      <Section
        title="Versions"
        description="Choose two to compare. Restoring takes the files of a version into the draft; nobody gets them before they are published again."
      >
        <Loaded query={versions} what="The versions could not be loaded" skeleton={<RowSkeletons rows={4} />}>
          {({ items, nextCursor }) => (
            <>
              <VersionList details={details} versions={items} lock={lock} />
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
