import { Button, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { shortName } from '#console/ui/short-name.ts';

/** More of them would push the list out of sight. */
const most = 3;

/** Drafts that wait for a second person, above everything else. The decision is made on the policy's page, with the changes in sight. */
export function PublicationRequests() {
  const requests = useQuery(api.policies.publication.requests.queryOptions());
  const items = requests.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Stack gap={8} mb="lg">
      {items.slice(0, most).map(({ id, policyId, policyName, message, requestedAt, requestedBy, mayDecide }) => (
        <Notice
          key={id}
          tone={mayDecide ? 'warn' : 'info'}
          title={`${policyName} awaits ${mayDecide ? 'your approval' : 'a second person'}`}
          actions={
            <Button
              size="xs"
              variant="default"
              renderRoot={(props) => <Link to={paths.policy} params={{ id: policyId }} {...props} />}
            >
              {mayDecide ? `Review ${policyName}` : `Open ${policyName}`}
            </Button>
          }
        >
          <p>
            {shortName(requestedBy)}, <RelativeTime at={requestedAt} />: “{message}”
          </p>
        </Notice>
      ))}
      {items.length > most && (
        <TextLink to={paths.policies} search={{ show: 'awaits-approval' }}>
          {countOf(items.length - most, 'more draft')} awaiting approval
        </TextLink>
      )}
    </Stack>
  );
}
