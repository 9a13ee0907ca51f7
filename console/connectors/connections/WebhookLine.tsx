import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import type { GitConnection } from '#contract/git-servers.ts';
import classes from '../Git.module.css';

/** Whether GitHub's news arrive. */
export function WebhookLine({ connection: { id, webhook } }: { connection: GitConnection }) {
  if (webhook === null)
    return (
      <p className={classes.hook}>
        No webhooks: GitHub cannot call this address of Reeve. Reeve asks every five minutes instead.
      </p>
    );
  const { received, refused, failed, formerSecretUntil, lastAt, caughtUpAt, problem } = webhook;
  return (
    <p className={classes.hook}>
      {problem ? <strong>{problem} </strong> : null}
      Webhooks:{' '}
      <TextLink to={paths.git} search={{ tab: 'deliveries', connection: id }} inherit>
        {countOf(received, 'delivery', 'deliveries')}
      </TextLink>
      {lastAt && (
        <>
          , the last <RelativeTime at={lastAt} />
        </>
      )}
      {refused > 0 && `, ${refused} refused`}
      {failed > 0 && (
        <>
          ,{' '}
          <TextLink to={paths.git} search={{ tab: 'deliveries', connection: id, show: 'failed' }} inherit>
            {failed} failed
          </TextLink>
        </>
      )}
      {caughtUpAt && (
        <>
          ; missed ones looked for <RelativeTime at={caughtUpAt} />
        </>
      )}
      .
      {formerSecretUntil && (
        <>
          {' '}
          The former secret is taken as well; that ends <RelativeTime at={formerSecretUntil} />.
        </>
      )}
    </p>
  );
}
