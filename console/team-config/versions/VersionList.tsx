import { Button, Group } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Download } from 'lucide-react';
import { useState } from 'react';
import classes from '#console/drafts/Versions.module.css';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { ComparedRadios } from '#console/ui/ComparedRadios.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { BundleVersion } from '#contract/team-config-bundles.ts';
import type { BundleDetails } from '../bundle-details.ts';
import { tarOfVersion } from '../get-it/commands.ts';
import type { BundleLock } from '../use-bundle-lock.ts';
import { RestoreVersion } from './RestoreVersion.tsx';

interface VersionListProps {
  details: BundleDetails;
  versions: BundleVersion[];
  lock: BundleLock;
}

/** The newest first, the draft above them all. Two columns of choices say what is compared with what. */
export function VersionList({ details, versions, lock }: VersionListProps) {
  const { bundle, tarUrl } = details;
  const { version: before, against: after } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const newest = bundle.newest?.number;
  const hasDraft = bundle.draftVersion !== null;
  const [chosen, setChosen] = useState<{ before: number | undefined; after: number | 'draft' | undefined }>({
    before: before ?? (hasDraft ? newest : versions[1]?.number),
    after: after ?? (hasDraft ? 'draft' : newest),
  });
  const [restoring, setRestoring] = useState<BundleVersion | null>(null);
  const canCompare = chosen.before !== undefined && chosen.after !== undefined && chosen.before !== chosen.after;
  return (
    <>
      <div className={classes.sides} aria-hidden>
        <span>Left</span>
        <span>Right</span>
      </div>
      <ol className={classes.versions} aria-label="Versions">
        {hasDraft && (
          <li className={classes.version}>
            <ComparedRadios
              name="Draft"
              isBefore={false}
              isAfter={chosen.after === 'draft'}
              onAfter={() => setChosen({ ...chosen, after: 'draft' })}
            />
            <div className={classes.text}>
              <p className={classes.head}>
                <span className={classes.number}>Draft</span>
                <StatusBadge tone="info">Not published</StatusBadge>
              </p>
              <p className={classes.quiet}>Written by {bundle.draftAuthors.map(shortName).join(', ')}</p>
            </div>
          </li>
        )}
        {versions.map((version) => (
          <li key={version.number} className={classes.version}>
            <ComparedRadios
              name={`Version ${version.number}`}
              isBefore={chosen.before === version.number}
              isAfter={chosen.after === version.number}
              onBefore={() => setChosen({ ...chosen, before: version.number })}
              onAfter={() => setChosen({ ...chosen, after: version.number })}
            />
            <VersionText bundleId={bundle.id} version={version} isNewest={version.number === newest} />
            <Group gap={8}>
              <Button
                size="xs"
                variant="default"
                component="a"
                href={tarOfVersion(tarUrl, version.number)}
                download={`${bundle.slug}-${version.number}.tar`}
                aria-label={`Download version ${version.number} as tar`}
                leftSection={<Download size={14} aria-hidden />}
              >
                tar
              </Button>
              {version.number !== newest && lock.writing === null && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={`Restore as draft: version ${version.number}`}
                  onClick={() => setRestoring(version)}
                >
                  Restore as draft
                </Button>
              )}
            </Group>
          </li>
        ))}
      </ol>
      <Group mt="md">
        <Button
          variant="default"
          disabled={!canCompare}
          onClick={() =>
            void navigate({ search: (now) => ({ ...now, version: chosen.before, against: chosen.after }) })
          }
        >
          Compare
        </Button>
      </Group>
      {restoring && <RestoreVersion details={details} version={restoring} onClose={() => setRestoring(null)} />}
    </>
  );
}

interface VersionTextProps {
  bundleId: string;
  version: BundleVersion;
  isNewest: boolean;
}

function VersionText({ bundleId, version, isNewest }: VersionTextProps) {
  const { number, message, files, publishedAt, publishedBy, approvedBy } = version;
  return (
    <div className={classes.text}>
      <p className={classes.head}>
        <TextLink
          to={paths.bundle}
          params={{ id: bundleId }}
          search={{ tab: 'versions', version: number }}
          className={classes.number ?? ''}
        >
          Version {number}
        </TextLink>
        {isNewest && <StatusBadge tone="ok">Newest</StatusBadge>}
      </p>
      <p className={classes.message}>{message || 'Without a message'}</p>
      <p className={classes.quiet}>
        {countOf(files, 'file')}, published <RelativeTime at={publishedAt} /> by {shortName(publishedBy)}
        {approvedBy && `, approved by ${shortName(approvedBy)}`}
      </p>
    </div>
  );
}
