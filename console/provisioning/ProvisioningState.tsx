import type { client } from '#console/api.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { countOf, formatCount } from '#console/ui/figures.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { useNow } from '#console/ui/use-now.ts';
import classes from './Provisioning.module.css';

type Status = Awaited<ReturnType<typeof client.provisioning.status>>;

/** How long a refusal is worth looking at on opening the page. */
const recentMs = 24 * 60 * 60 * 1000;

/** What has arrived, when the provider last asked, and what it was last refused. */
export function ProvisioningState({ facts }: { facts: Status }) {
  const { users, groups, lastRequestAt, lastError } = facts;
  const now = useNow(60_000).getTime();
  const seesPeople = useCan('members.read');
  const isErrorLast = lastError !== null && now - new Date(lastError.at).getTime() < recentMs;
  return (
    <div className={classes.state}>
      {lastRequestAt === null ? (
        <Notice tone="info" title="Not set up">
          <p>No identity provider has asked yet. Make a token, then follow the steps for your provider below.</p>
        </Notice>
      ) : (
        <Notice tone={isErrorLast ? 'warn' : 'ok'} title={isErrorLast ? 'Working, with refusals' : 'Working'}>
          <p>
            {countOf(users.active, 'person', 'people')} and {countOf(groups, 'group')} are looked after by SCIM. The
            provider last asked <RelativeTime at={lastRequestAt} />.
          </p>
        </Notice>
      )}
      {lastRequestAt !== null && (
        <Facts
          items={[
            [
              'People',
              seesPeople ? (
                <TextLink key="people" to={paths.members}>
                  {formatCount(users.active)}
                </TextLink>
              ) : (
                formatCount(users.active)
              ),
            ],
            ['Deprovisioned', formatCount(users.deprovisioned)],
            [
              'Groups',
              seesPeople ? (
                <TextLink key="groups" to={paths.groups}>
                  {formatCount(groups)}
                </TextLink>
              ) : (
                formatCount(groups)
              ),
            ],
            ['Last request', <RelativeTime key="request" at={lastRequestAt} />],
            [
              'Last refusal',
              lastError ? (
                <span key="error">
                  <code>{lastError.request}</code> was answered {lastError.status}, <RelativeTime at={lastError.at} />:{' '}
                  {lastError.message}
                </span>
              ) : (
                'none'
              ),
            ],
          ]}
        />
      )}
    </div>
  );
}
