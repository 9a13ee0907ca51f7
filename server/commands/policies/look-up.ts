import { Command } from 'commander';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import { Refused } from '#server/refused.ts';
import { type ConnectionOptions, connect, withConnection } from './connect.ts';
import { say, sayJson } from './terminal.ts';

interface LookUpOptions extends ConnectionOptions {
  joins: string[];
  leaves: string[];
  json?: boolean;
}

type Answer = Awaited<ReturnType<OwnApi['policies']['lookUp']['find']>>;

/** Groups outside the order decide nothing, so those in it are all that can be asked about. */
async function groupIds(api: OwnApi, names: readonly string[]): Promise<string> {
  if (names.length === 0) return '';
  const { items } = await api.policies.assignments({});
  const ids = new Map(items.map(({ groupId, groupName }) => [groupName.toLowerCase(), groupId]));
  return names
    .map((name) => {
      const id = ids.get(name.toLowerCase()) ?? items.find(({ groupId }) => groupId === name)?.groupId;
      if (id === undefined) throw new Refused(`No group “${name}” stands in the order, so it decides nothing.`);
      return id;
    })
    .join(',');
}

const nameOf = (policy: Answer['policy']) => (policy ? `${policy.name}, version ${policy.revision}` : 'no policy');

function lines({ subject, policy, baseline, because, alsoMatching, whatIf, receipts }: Answer): string[] {
  const told = [`${subject}: ${nameOf(policy)}`, because];
  if (baseline) told.push(`Baseline under it: ${nameOf(baseline)}`);
  for (const { groupName, policyName } of alsoMatching)
    told.push(`Would match later, and does not count: ${groupName} (${policyName})`);
  if (whatIf)
    told.push(`What if: ${nameOf(whatIf.policy)}${whatIf.changes ? '' : ', so nothing changes'}`, whatIf.because);
  for (const { client, clientVersion, policy: got, lastAt } of receipts)
    told.push(`Fetched ${lastAt} by ${client} ${clientVersion ?? ''}: ${nameOf(got)}`);
  return told;
}

async function lookUp(
  email: string,
  { joins, leaves, json, ...options }: LookUpOptions,
  command: Command,
): Promise<void> {
  const api = await connect(options, command);
  const whatIf = { joins: await groupIds(api, joins), leaves: await groupIds(api, leaves) };
  const answer = await api.policies.lookUp.find({
    email,
    ...(whatIf.joins !== '' && { joins: whatIf.joins }),
    ...(whatIf.leaves !== '' && { leaves: whatIf.leaves }),
  });
  if (json) sayJson(answer);
  else say(...lines(answer));
}

const collect = (value: string, before: string[]): string[] => [...before, value];

export const lookUpCommand = () =>
  withConnection(
    new Command('look-up')
      .description('Which policy applies to somebody, and why; the same answer as the API gives')
      .argument('<email>', 'of the member')
      .option('--joins <group>', 'what if they were in this group too; may be repeated', collect, [])
      .option('--leaves <group>', 'what if they were not in this group; may be repeated', collect, [])
      .option('--json', 'the answer of the API as JSON'),
  ).action(lookUp);
