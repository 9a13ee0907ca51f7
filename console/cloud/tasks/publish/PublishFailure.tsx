import { describeFailure } from '#console/failure.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { TaskFailure } from '../TaskFailure.tsx';

/** A refusal of the git server is shown in its own words: branch protection, a missing permission, a branch that moved on. */
export function PublishFailure({ error }: { error: unknown }) {
  const { code, message, reference } = describeFailure(error);
  if (code !== 'git-refused' && code !== 'git-server-failed')
    return <TaskFailure what="Nothing was published" error={error} />;
  return (
    <Notice
      tone="bad"
      title={code === 'git-refused' ? 'The git server refused this' : 'The git server did not answer as it should'}
    >
      <p>{message}</p>
      <p>Nothing was published. What Codex changed is kept here.</p>
      {reference && (
        <p>
          Reference <code>{reference}</code>
        </p>
      )}
    </Notice>
  );
}
