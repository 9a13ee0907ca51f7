import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { PasskeyNotShown, PasskeyThereAlready } from './webauthn.ts';

/** What the browser's own window ended with is said calmly; everything else like other failures. */
export function ProofNotice({ what, error }: { what: string; error: unknown }) {
  if (error instanceof PasskeyNotShown || error instanceof PasskeyThereAlready)
    return (
      <Notice tone="warn">
        <p>{error.message}</p>
      </Notice>
    );
  return <FailureNotice what={what} error={error} />;
}
