import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api } from '#console/api.ts';
import type { GitConnection } from '#contract/git-servers.ts';

/** GitHub sends the browser back here when the app was installed, which may be before its webhook tells of it, or without one. */
export function useSyncAfterInstall(connections: GitConnection[] | undefined): void {
  const { setup_action: setUp } = useSearch({ from: '/shell/git' });
  const navigate = useNavigate({ from: '/git' });
  const { mutate } = useMutation(api.git.sync.mutationOptions());
  useEffect(() => {
    if (setUp === undefined || connections === undefined) return;
    for (const { id, kind } of connections) if (kind === 'github') mutate({ id });
    void navigate({ search: (old) => ({ ...old, setup_action: undefined }), replace: true });
  }, [setUp, connections, mutate, navigate]);
}
