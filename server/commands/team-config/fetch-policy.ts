import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { type ConnectionOptions, callReeve, readConnection } from '#server/commands/policies/connect.ts';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import { readToml } from '#server/policies/index.ts';
import { Refused } from '#server/refused.ts';
import type { NamedRequirements } from '#server/team-config/index.ts';
import { teamConfigExitCodes } from './exit-codes.ts';

export interface PolicyChoice extends ConnectionOptions {
  policy?: string;
  as?: string;
  policyFile?: string;
}

export interface ChosenPolicy {
  /** For people. */
  name: string;
  /** The highest first. */
  documents: NamedRequirements[];
}

const badUse = (message: string) => new Refused(message, { exitCode: teamConfigExitCodes.badUse });

/** What the member’s client gets, a baseline and Reeve’s own part included. */
async function policyOfMember(api: OwnApi, email: string): Promise<ChosenPolicy> {
  const { policy } = await api.policies.lookUp.find({ email });
  const { fragments } = await api.policies.lookUp.bytes({ email });
  const documents = fragments.flatMap(({ part, name, contents }) =>
    part === 'requirements' ? [{ name, contents }] : [],
  );
  return { name: policy ? `${policy.name} (${email})` : `none (${email})`, documents };
}

async function policyByName(api: OwnApi, name: string): Promise<ChosenPolicy> {
  const { items } = await api.policies.list({});
  const wanted = name.trim().toLowerCase();
  const summary = items.find((item) => item.name.toLowerCase() === wanted || item.id === name);
  if (!summary)
    throw badUse(`There is no policy “${name}”. There are: ${items.map((item) => item.name).join(', ') || 'none'}.`);
  const { published } = await api.policies.get({ id: summary.id });
  if (!published) throw badUse(`The policy “${summary.name}” was never published, so no member has it.`);
  const baseline = items.find(({ isBaseline, id }) => isBaseline && id !== summary.id);
  const under = baseline ? (await api.policies.get({ id: baseline.id })).published : null;
  const documents = [published, ...(under ? [under] : [])];
  return { name: published.name, documents: documents.map(({ name: each, contents }) => ({ name: each, contents })) };
}

async function policyInFile(path: string): Promise<ChosenPolicy> {
  const contents = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`--policy-file: cannot read ${path} (${cause.code}).`, {
      cause,
      exitCode: teamConfigExitCodes.badUse,
    });
  });
  const { problem } = readToml(contents);
  if (problem) throw badUse(`--policy-file: ${path}:${problem.from.line}:${problem.from.column}: ${problem.message}.`);
  return { name: path, documents: [{ name: path, contents }] };
}

/** The policy that the options name; null when they name none. */
export async function choosePolicy(options: PolicyChoice, command: Command): Promise<ChosenPolicy | null> {
  const { policy, as, policyFile } = options;
  const given = [policy, as, policyFile].filter((each) => each !== undefined);
  if (given.length > 1) throw badUse('Give one of --policy, --as and --policy-file.');
  if (policyFile !== undefined) return policyInFile(policyFile);
  if (policy === undefined && as === undefined) return null;
  const api = callReeve(await readConnection(options, command, 'policies.read'));
  return as === undefined ? policyByName(api, policy ?? '') : policyOfMember(api, as);
}
