import { Button, Stack } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import { LiftFreeze } from './LiftFreeze.tsx';
import classes from './Protection.module.css';
import { useProtection } from './use-protection.ts';

/** Above every page of policies: what keeps them from being changed here. */
export function ProtectionBanners() {
  const mayWrite = useCan('policies.write');
  const { data } = useProtection();
  const [isLifting, setLifting] = useState(false);
  if (!data || (!data.frozen && !data.managedBy)) return null;
  const { frozen, managedBy } = data;
  return (
    <Stack gap={8} className={classes.banners}>
      {frozen && (
        <Notice
          tone="warn"
          title="All policies are frozen"
          actions={
            mayWrite && (
              <>
                <Button size="xs" variant="default" onClick={() => setLifting(true)}>
                  Lift freeze
                </Button>
                <Button size="xs" variant="default" renderRoot={(props) => <Link to={paths.policyStates} {...props} />}>
                  Go back to an earlier state
                </Button>
              </>
            )
          }
        >
          <p>
            By {shortName(frozen.by)}, <RelativeTime at={frozen.at} />: “{frozen.because}” Nobody publishes, assigns or
            deletes. Members keep what they have; drafts can be saved.
          </p>
        </Notice>
      )}
      {managedBy && (
        <Notice
          tone="info"
          title={
            <>
              The folder <code>{managedBy}</code> owns the policies
            </>
          }
        >
          <p>
            They are changed there and applied with an API key; this console shows them.{' '}
            {mayWrite && <Link to={paths.policyProtection}>Who owns the policies</Link>}
          </p>
        </Notice>
      )}
      {isLifting && <LiftFreeze onClose={() => setLifting(false)} />}
    </Stack>
  );
}
