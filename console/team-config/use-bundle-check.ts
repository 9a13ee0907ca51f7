import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import type { BundleFile, SkillPreview, TeamConfigFinding } from '#contract/team-config-files.ts';

export interface BundleCheck {
  findings: TeamConfigFinding[];
  skills: SkillPreview[];
  /** The policy they were checked under as well. */
  policyName: string | null;
  /** It speaks of exactly these files. */
  isCurrent: boolean;
  error: Error | null;
}

const none = { findings: [], skills: [], policyName: null };

/** `policy:ID` or `group:ID` of the address, as the server takes it. */
function underOf(under: string | undefined): { policyId?: string; groupId?: string } {
  const [kind, id] = under?.split(':') ?? [];
  if (!id) return {};
  return kind === 'policy' ? { policyId: id } : kind === 'group' ? { groupId: id } : {};
}

/** What the server says about these files, a moment after the last key. */
export function useBundleCheck(files: BundleFile[], under?: string): BundleCheck {
  const [settled] = useDebouncedValue(files, 400);
  const checked = useQuery(
    api.teamConfig.check.queryOptions({
      input: { files: settled, ...underOf(under) },
      placeholderData: keepPreviousData,
      staleTime: Number.POSITIVE_INFINITY,
      // Up to two megabytes each: the last one is enough.
      gcTime: 10_000,
    }),
  );
  return {
    ...(checked.data ?? none),
    isCurrent: settled === files && checked.isSuccess && !checked.isPlaceholderData,
    error: checked.error,
  };
}
