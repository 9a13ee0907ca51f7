import type { WorkspaceSettings } from '#contract/workspace.ts';
import type { CloudFacts } from './cloud-queries.ts';
import type { Effect } from './preview-settings.ts';

const info = (sentence: string): Effect => ({ sentence, severity: 'info' });
const warning = (sentence: string): Effect => ({ sentence, severity: 'warning' });
const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
const environmentsOf = (count: number) => counted(count, 'environment', 'environments');

export function cloudEffects(
  isOn: boolean,
  { running, queued, environments, members }: CloudFacts & { members: number },
): Effect[] {
  if (isOn)
    return [
      info(
        `Whichever of the ${counted(members, 'active member', 'active members')} has the permission “Use Codex cloud” may make environments and give tasks to Codex. Tasks run on the runners of this server.`,
      ),
    ];
  return [
    ...(running + queued > 0
      ? [
          warning(
            `${counted(running, 'attempt that runs is', 'attempts that run are')} stopped within a minute, and ${counted(queued, 'that waits ends', 'that wait end')}. Turning it on again does not bring them back: people retry them.`,
          ),
        ]
      : [info('No hosted task runs or waits at this moment.')]),
    info(
      `New tasks are refused. What was done can still be read, and ${environmentsOf(environments)} with their secrets stay until somebody deletes them.`,
    ),
  ];
}

export function agentInternetEffects(
  isOn: boolean,
  { withInternet, runningWithInternet }: Pick<CloudFacts, 'withInternet' | 'runningWithInternet'>,
): Effect[] {
  const have = `${counted(withInternet, 'environment says', 'environments say')} that its agents may reach the internet`;
  if (isOn)
    return [
      warning(
        `${have}: from the next attempt on they can, within the domains and methods that are listed there. What an agent reads there may be written to mislead it, and what it can send out may be your code.`,
      ),
    ];
  return [
    warning(
      `${have}; their agents reach the gateway only. ${counted(runningWithInternet, 'attempt that runs in one loses', 'attempts that run in them lose')} the access within seconds, and may fail for it. Set-up scripts keep their own rule.`,
    ),
  ];
}

type Limits = Partial<Pick<WorkspaceSettings, 'cloudTasksPerMember' | 'cloudTasksPerWorkspace'>>;

/** Nothing that runs is stopped for a limit: it holds for what is given out next. */
const limitEffect = (whom: string, limit: number, runs: number): Effect =>
  runs > limit
    ? warning(`${whom} runs ${runs} attempts now; none is stopped, and new ones wait until fewer than ${limit} run.`)
    : info(`${whom} runs up to ${counted(limit, 'attempt', 'attempts')} at once; more wait in the queue.`);

export const cloudLimitEffects = (
  { cloudTasksPerMember, cloudTasksPerWorkspace }: Limits,
  { mostOfOneMember, running }: Pick<CloudFacts, 'mostOfOneMember' | 'running'>,
): Effect[] => [
  ...(cloudTasksPerMember === undefined
    ? []
    : [
        limitEffect(
          mostOfOneMember > cloudTasksPerMember ? 'One member' : 'A member',
          cloudTasksPerMember,
          mostOfOneMember,
        ),
      ]),
  ...(cloudTasksPerWorkspace === undefined ? [] : [limitEffect('The workspace', cloudTasksPerWorkspace, running)]),
];
