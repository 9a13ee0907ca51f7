import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import type { JoinedClientOptions } from '#testing/joined-client.ts';
import type { Organisation } from '#testing/organisation.ts';
import { corpModel } from './open-acceptance.ts';

export const version = codexVersionUnderTest();

const order = ['0.120.0', '0.140.0', '0.163.0', '0.169.0'] as const;

/** For what only newer clients do or say. */
export const isSince = (wanted: (typeof order)[number]): boolean => order.indexOf(version) >= order.indexOf(wanted);

/** The first clients take no model from the workspace. */
const ownSettings = isSince('0.140.0') ? '' : `model = "${corpModel}"\n`;

/** How a developer with the version under test sets up a machine. `settings` are lines of their own config.toml. */
export const setUp = ({ settings = '' } = {}): Pick<JoinedClientOptions, 'as' | 'configToml'> => ({
  as: 'machine',
  configToml: `${ownSettings}check_for_update_on_startup = false\n${settings}`,
});

/** The settings of a workspace that the version under test needs. */
export const admitVersion = async ({ owner }: Organisation): Promise<void> => {
  if (!isSince('0.140.0')) await owner.api.workspace.updateSettings({ oldClientsAllowed: true });
};
