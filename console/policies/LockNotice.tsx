import { Box } from '@mantine/core';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { PolicyLock } from './use-policy-lock.ts';

/** Why this page cannot be used as usual, where that is not a matter of one's own roles. */
export function LockNotice({ lock: { managedBy, frozen } }: { lock: PolicyLock }) {
  if (managedBy === null && frozen === null) return null;
  return (
    <Box mb="lg">
      {managedBy !== null ? (
        <Notice tone="info" title={`The folder ${managedBy} owns the policies`}>
          <p>
            What is here can be read, not changed. Edit the folder and apply it with an API key, or hand the policies
            back to the console under <TextLink to={paths.policyProtection}>protection</TextLink>.
          </p>
        </Notice>
      ) : (
        frozen && (
          <Notice tone="warn" title="All policies are frozen">
            <p>
              {shortName(frozen.by)} froze them <RelativeTime at={frozen.at} />: {frozen.because} Drafts can be written
              and saved; nothing is published or deleted until the{' '}
              <TextLink to={paths.policyProtection}>freeze is lifted</TextLink>.
            </p>
          </Notice>
        )
      )}
    </Box>
  );
}
