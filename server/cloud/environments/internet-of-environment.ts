import { type InternetAccess, noInternet } from '#contract/internet-access.ts';
import type { Job } from '#contract/runner-protocol.ts';
import type { StoredEnvironmentSettings } from '#server/db/cloud-tables.ts';

/** Every public domain by any method: set-up fetches what it installs from wherever that is. */
const everywhere: InternetAccess = { isOn: true, preset: 'all', domains: [], methods: 'all' };

/** The workspace's switch stands above what an environment says of its agent; set-up has a rule of its own. */
export function internetOf(
  { internet, setupInternet }: Pick<StoredEnvironmentSettings, 'internet' | 'setupInternet'>,
  { workspaceInternetAllowed }: { workspaceInternetAllowed: boolean },
): Job['internet'] {
  const agent = workspaceInternetAllowed && internet.isOn ? internet : noInternet;
  const ofSetup = { on: everywhere, 'as-agent': agent, off: noInternet };
  const agentOffBecause = internet.isOn && !workspaceInternetAllowed ? 'workspace-off' : 'internet-off';
  return { setup: ofSetup[setupInternet], agent, agentOffBecause };
}
