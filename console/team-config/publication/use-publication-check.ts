import { useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import type { BundleFile, TeamConfigFinding } from '#contract/team-config-files.ts';

export interface PublicationCheck {
  findings: TeamConfigFinding[];
  policyName: string | null;
  isCurrent: boolean;
  error: Error | null;
  /** It was checked and holds no error, so that it can be published. */
  isClear: boolean;
}

/** What the server says about the saved draft by itself: only errors stop it. */
export function usePublicationCheck(files: BundleFile[]): PublicationCheck {
  const checked = useQuery(api.teamConfig.check.queryOptions({ input: { files }, gcTime: 10_000 }));
  const findings = checked.data?.findings ?? [];
  return {
    findings,
    policyName: null,
    isCurrent: checked.isSuccess,
    error: checked.error,
    isClear: checked.isSuccess && findings.every(({ severity }) => severity !== 'error'),
  };
}
