import { describeFailure } from '#console/failure.ts';
import { ErrorNotice } from '#console/ui/ErrorNotice.tsx';

interface FailureNoticeProps {
  what?: string;
  error: unknown;
  onRetry?: () => void;
}

/** Whatever was thrown, in words. */
export function FailureNotice({ what, error, onRetry }: FailureNoticeProps) {
  const { message, next, reference, issues } = describeFailure(error);
  const why =
    issues.length > 0
      ? issues.map(({ path, message: text }) => (path ? `${path}: ${text}` : text)).join('. ')
      : message;
  return <ErrorNotice what={what} why={why} next={next} reference={reference} onRetry={onRetry} />;
}
