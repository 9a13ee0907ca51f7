import type { Services } from '#server/services.ts';
import { upstreamKeyName } from './gateway-queries.ts';

/** Where a workspace's upstream key belongs; it opens nowhere else. */
export const upstreamKeyContext = (workspaceId: string): string => `secrets/${workspaceId}/${upstreamKeyName}`;

/** Opens sealed keys, keeping the last one of each workspace: unsealing would otherwise be the dearest part of a call. */
export function createKeyOpener({ secrets }: Pick<Services, 'secrets'>) {
  const opened = new Map<string, { sealed: string; key: string }>();
  return async (workspaceId: string, sealed: string): Promise<string> => {
    const known = opened.get(workspaceId);
    if (known?.sealed === sealed) return known.key;
    const key = await secrets.open(sealed, upstreamKeyContext(workspaceId));
    opened.set(workspaceId, { sealed, key });
    return key;
  };
}
