import { Button, Tooltip } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { GitPullRequest } from 'lucide-react';
import type { BundleDetails } from '../bundle-details.ts';
import { useBundleLock } from '../use-bundle-lock.ts';
import { BringDialog } from './BringDialog.tsx';

/** Brings the newest version to a repository; what is open is in the address. */
export function BringButton({ details }: { details: BundleDetails }) {
  const { bring } = useSearch({ from: '/shell/team-config/$id' });
  const navigate = useNavigate({ from: '/team-config/$id' });
  const { writing } = useBundleLock();
  const show = (repositoryId: string | undefined) =>
    void navigate({ search: (old) => ({ ...old, bring: repositoryId }), replace: true });
  return (
    <>
      <Tooltip label={writing} disabled={writing === null}>
        <Button
          variant="default"
          leftSection={<GitPullRequest size={16} aria-hidden />}
          {...(writing !== null && { 'data-disabled': true })}
          aria-disabled={writing !== null}
          onClick={() => writing === null && show('')}
        >
          Pull request
        </Button>
      </Tooltip>
      {bring !== undefined && writing === null && (
        <BringDialog bundle={details.bundle} repositoryId={bring} onRepository={show} onClose={() => show(undefined)} />
      )}
    </>
  );
}
