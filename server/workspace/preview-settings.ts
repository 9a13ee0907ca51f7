import { isAtLeast } from '#contract/client-versions.ts';
import { countClientSignIns, countLiveAccessTokens, countPendingDeviceRequests } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { type CloudFacts, readCloudFacts } from './cloud-queries.ts';
import { agentInternetEffects, cloudEffects, cloudLimitEffects } from './preview-cloud.ts';
import { minimumEffects, type SeenVersion } from './preview-minimum.ts';
import { countActiveMembers, listSeenVersions } from './queries.ts';
import { type ChangedSettings, compareSettings, readSettings, type SettingsChange } from './settings.ts';

const monthMs = 30 * 24 * 60 * 60 * 1000;
/** The first version that sends the policy-revision header, which rides on a provider's `http_headers`. */
const firstCarryingVersion = '0.128.0';

export interface Effect {
  sentence: string;
  severity: 'info' | 'warning';
}

interface Facts {
  members: number;
  signIns: number;
  deviceSignIns: number;
  waitingDevices: number;
  personalTokens: number;
  apiKeys: number;
  membersWithOldClients: number;
  cloud: CloudFacts;
  seen: SeenVersion[];
  now: Date;
}

const info = (sentence: string): Effect => ({ sentence, severity: 'info' });
const warning = (sentence: string): Effect => ({ sentence, severity: 'warning' });
const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const signIns = (count: number) => counted(count, 'Codex sign-in', 'Codex sign-ins');

const localEffects = (isOn: boolean, facts: Facts): Effect[] =>
  isOn
    ? [info(`${counted(facts.members, 'active member', 'active members')} may sign in with Codex again.`)]
    : [
        warning(
          `${signIns(facts.signIns)} of ${counted(facts.members, 'active member', 'active members')} end at their next request, also in the middle of an answer. Turning it on again does not bring them back: people sign in anew.`,
        ),
        warning(
          `${counted(facts.personalTokens + facts.apiKeys, 'access token or API key is', 'access tokens and API keys are')} refused while it is off, and work again when it is on.`,
        ),
      ];

const deviceEffects = (isOn: boolean, facts: Facts): Effect[] =>
  isOn
    ? [info('People can sign in on machines without a browser.')]
    : [
        info(`${signIns(facts.deviceSignIns)} made with a device code stay signed in; only new ones are refused.`),
        ...(facts.waitingDevices > 0
          ? [
              warning(
                `${counted(facts.waitingDevices, 'client that waits', 'clients that wait')} for approval right now will be refused.`,
              ),
            ]
          : []),
      ];

const apiKeyEffects = (isOn: boolean, { apiKeys }: Facts): Effect[] =>
  isOn
    ? [
        warning(
          `API keys carry no policy: ${counted(apiKeys, 'existing key', 'existing keys')} and every new one may do what no policy limits.`,
        ),
      ]
    : [warning(`${counted(apiKeys, 'API key is', 'API keys are')} refused at the next call.`)];

const oldClientEffects = (isOn: boolean, { membersWithOldClients }: Facts): Effect[] => {
  const members = counted(membersWithOldClients, 'member', 'members');
  const was = membersWithOldClients === 1 ? 'was' : 'were';
  const seen = `${was} seen with a client older than 0.128 in the last 30 days`;
  return isOn
    ? [
        warning(
          `Clients older than 0.128 may call the gateway although they cannot show which policy they run with. ${members} ${seen}.`,
        ),
      ]
    : [warning(`${members} ${seen} and cannot call the gateway until the client is updated.`)];
};

const contentEffects = (isOn: boolean): Effect[] =>
  isOn
    ? [
        warning(
          'From now on prompts, answers, commands and their output are kept, sealed, and readable by everyone who may read compliance logs. Tell your members.',
        ),
      ]
    : [info('From now on only facts are kept. What was recorded before stays until it is deleted.')];

/** Each setting with what its change means, in the words and numbers of this workspace. */
function effectsOf(change: ChangedSettings, facts: Facts): Effect[] {
  const { codexLocalEnabled, deviceCodeEnabled, apiKeysAllowed, oldClientsAllowed, localContentKept } = change;
  return [
    ...(codexLocalEnabled === undefined ? [] : localEffects(codexLocalEnabled, facts)),
    ...(deviceCodeEnabled === undefined ? [] : deviceEffects(deviceCodeEnabled, facts)),
    ...cloudSettings(change, facts),
    ...(apiKeysAllowed === undefined ? [] : apiKeyEffects(apiKeysAllowed, facts)),
    ...(oldClientsAllowed === undefined ? [] : oldClientEffects(oldClientsAllowed, facts)),
    ...(localContentKept === undefined ? [] : contentEffects(localContentKept)),
    ...(change.policyGraceMinutes === undefined ? [] : graceEffects(change.policyGraceMinutes)),
    ...(change.accessTokenMaxDays === undefined ? [] : lifetimeEffects('access tokens', change.accessTokenMaxDays)),
    ...(change.keyMaxDays === undefined ? [] : lifetimeEffects('API keys of the workspace', change.keyMaxDays)),
    ...(change.timeZone === undefined ? [] : [info(zoneEffect(change.timeZone))]),
    ...(change.workspaceName === undefined ? [] : [info('The new name shows in the console and when people sign in.')]),
  ];
}

const cloudSettings = (change: ChangedSettings, { cloud, members }: Facts): Effect[] => [
  ...(change.codexCloudEnabled === undefined ? [] : cloudEffects(change.codexCloudEnabled, { ...cloud, members })),
  ...(change.agentInternetAllowed === undefined ? [] : agentInternetEffects(change.agentInternetAllowed, cloud)),
  ...cloudLimitEffects(change, cloud),
];

const lifetimeEffects = (what: string, days: number): Effect[] => [
  info(
    `New ${what} work for ${counted(days, 'day', 'days')} at most. Those that exist keep the end they were made with.`,
  ),
];

const zoneEffect = (timeZone: string) =>
  `Days and weeks of the analytics page begin at midnight in ${timeZone}. They are counted again in the background; until that is done, the page shows the former ones.`;

/** 60 minutes is how long a client keeps the policy it loaded. */
const graceEffects = (minutes: number): Effect[] =>
  minutes < 60
    ? [
        warning(
          `After a policy change, running clients are refused ${minutes === 0 ? 'at once' : `after ${counted(minutes, 'minute', 'minutes')}`} until they are restarted: a client keeps its policy for up to 60 minutes.`,
        ),
      ]
    : [info(`After a policy change, running clients may go on with the old policy for up to ${minutes} minutes.`)];

/** `0.127.0` and everything before it; a version that is not known counts as new. */
const isOld = (version: string | null): boolean => version !== null && !isAtLeast(version, firstCarryingVersion);

export async function previewSettings(
  { db, clock }: Pick<Services, 'db' | 'clock'>,
  workspaceId: string,
  change: SettingsChange,
): Promise<{ effects: Effect[]; activeMembers: number; signedInClients: number }> {
  const now = clock();
  const { after, next } = compareSettings(await readSettings(db, workspaceId), change);
  const seen = await listSeenVersions(db, workspaceId, new Date(now.getTime() - monthMs));
  const facts: Facts = {
    members: await countActiveMembers(db, workspaceId),
    signIns: await countClientSignIns(db, workspaceId, { now }),
    deviceSignIns: await countClientSignIns(db, workspaceId, { now, method: 'device-code' }),
    waitingDevices: await countPendingDeviceRequests(db, workspaceId, now),
    personalTokens: await countLiveAccessTokens(db, workspaceId, { now, kind: 'personal-access-token' }),
    apiKeys: await countLiveAccessTokens(db, workspaceId, { now, kind: 'api-key' }),
    cloud: await readCloudFacts(db, workspaceId),
    seen,
    now,
    membersWithOldClients: new Set(seen.filter((row) => isOld(row.version)).map((row) => row.member_id)).size,
  };
  return {
    effects: [...effectsOf(after, facts), ...minimumEffects(after, next, facts)],
    activeMembers: facts.members,
    signedInClients: after.codexLocalEnabled === false ? facts.signIns : 0,
  };
}
