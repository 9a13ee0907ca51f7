import { describeFailure } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { useCan } from '#console/session.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Notice } from '#console/ui/Notice.tsx';

/** Why Codex cloud refused, with the way to the page that settles it. */
export function TaskFailure({ what, error }: { what: string; error: unknown }) {
  const mayManageRunners = useCan('runners.write');
  const maySeeSettings = useCan('settings.read');
  const { code, message } = describeFailure(error);
  const way =
    code === 'git-account-needed' || code === 'repository-not-allowed' ? (
      <TextLink to={paths.git}>Go to GitHub</TextLink>
    ) : code === 'no-runner' && mayManageRunners ? (
      <TextLink to={paths.runners}>Go to runners</TextLink>
    ) : code === 'cloud-off' && maySeeSettings ? (
      <TextLink to={paths.settings}>Go to settings and permissions</TextLink>
    ) : null;
  if (way === null) return <FailureNotice what={what} error={error} />;
  return (
    <Notice tone="bad" title={what} actions={way}>
      <p>{message}</p>
    </Notice>
  );
}
