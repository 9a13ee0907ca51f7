import { Button, Group } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { z } from 'zod';
import classes from '#console/drafts/Versions.module.css';
import { ComparedRadios } from '#console/ui/ComparedRadios.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { Policy } from '#contract/policies.ts';
import type { PolicyVersion } from '#contract/policy-documents.ts';
import type { PolicyLock } from '../use-policy-lock.ts';
import { RestoreVersion } from './RestoreVersion.tsx';

type Version = z.infer<typeof PolicyVersion>;

interface VersionListProps {
  policy: Policy;
  versions: Version[];
  lock: PolicyLock;
}

/** The newest first, the draft above them all. Two columns of choices say what is compared with what. */
export function VersionList({ policy, versions, lock }: VersionListProps) {
  const { before, after } = useSearch({ from: '/shell/policies/$id' });
  const navigate = useNavigate({ from: '/policies/$id' });
  const newest = policy.draft ? ('draft' as const) : policy.revision;
  const [chosen, setChosen] = useState<{ before: number | undefined; after: number | 'draft' }>({
    before: before ?? (policy.draft ? policy.revision : versions[1]?.revision),
    after: after ?? newest,
  });
  const [restoring, setRestoring] = useState<Version | null>(null);
  const compare = () => void navigate({ search: (now) => ({ ...now, ...chosen }) });
  const canCompare = chosen.before !== undefined && chosen.before !== chosen.after;
  return (
    <>
      <div className={classes.sides} aria-hidden>
        <span>Left</span>
        <span>Right</span>
      </div>
      <ol className={classes.versions} aria-label="Versions">
        {policy.draft && (
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
              <p className={classes.quiet}>
                Saved <RelativeTime at={policy.draft.updatedAt} /> by {shortName(policy.draft.updatedBy)}
              </p>
            </div>
          </li>
        )}
        {versions.map((version) => (
          <li key={version.revision} className={classes.version}>
            <ComparedRadios
              name={`Version ${version.revision}`}
              isBefore={chosen.before === version.revision}
              isAfter={chosen.after === version.revision}
              onBefore={() => setChosen({ ...chosen, before: version.revision })}
              onAfter={() => setChosen({ ...chosen, after: version.revision })}
            />
            <VersionText version={version} policy={policy} />
            {version.revision !== policy.revision && lock.writing === null && (
              <Button
                size="xs"
                variant="default"
                aria-label={`Restore version ${version.revision} as draft`}
                onClick={() => setRestoring(version)}
              >
                Restore as draft
              </Button>
            )}
          </li>
        ))}
      </ol>
      <Group mt="md">
        <Button variant="default" disabled={!canCompare} onClick={compare}>
          Compare
        </Button>
      </Group>
      {restoring && <RestoreVersion policy={policy} version={restoring} onClose={() => setRestoring(null)} />}
    </>
  );
}

function VersionText({ version, policy }: { version: Version; policy: Policy }) {
  const { revision, name, message, publishedAt, publishedBy, approvedBy, restoredFrom } = version;
  return (
    <div className={classes.text}>
      <p className={classes.head}>
        <span className={classes.number}>Version {revision}</span>
        {revision === policy.revision && <StatusBadge tone="ok">Members get this one</StatusBadge>}
      </p>
      <p className={classes.message}>{message || 'Without a message'}</p>
      <p className={classes.quiet}>
        {name !== policy.name && `Called ${name}. `}
        Published <RelativeTime at={publishedAt} />
        {publishedBy && ` by ${shortName(publishedBy)}`}
        {approvedBy && `, approved by ${shortName(approvedBy)}`}
        {restoredFrom !== null && `, brought back from version ${restoredFrom}`}
      </p>
    </div>
  );
}
