import { newId } from '#server/crypto/ids.ts';
import type { Services } from '#server/services.ts';
import type { ActingMember } from '../acting-member.ts';
import { startPending } from '../connections/pending.ts';
import { appFormPath, readServerUrl } from './addresses.ts';

export interface NewApp {
  baseUrl: string;
  organization: string | null;
  name: string;
  isPublic: boolean;
}

/**
 * Begins an app: GitHub wants its manifest from the browser, so this leads to a page that posts it.
 * @throws ReeveError bad-input: an address that Reeve does not call
 */
export async function startApp(
  services: Pick<Services, 'db' | 'clock' | 'origin'>,
  member: ActingMember,
  { baseUrl, organization, name, isPublic }: NewApp,
): Promise<{ url: string }> {
  const facts = {
    // Fixed now, because the address of its webhooks is in the manifest.
    connectionId: newId('git'),
    baseUrl: readServerUrl(baseUrl, 'baseUrl'),
    organization,
    name,
    isPublic: isPublic ? 'yes' : null,
  };
  const state = await startPending(services, member, { purpose: 'app', facts });
  return { url: `${services.origin}${appFormPath}?${new URLSearchParams({ state })}` };
}
