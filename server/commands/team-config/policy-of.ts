import type { Command } from 'commander';
import { Refused } from '#server/refused.ts';
import { machineFiles, type PolicyFragment } from '#server/team-config/index.ts';
import { type ConnectionOptions, callReeve, readConnection } from '../policies/connect.ts';
import { effectiveExitCodes } from './effective-exit-codes.ts';

export interface PolicyOptions {
  as?: string;
  policyFile?: string;
  defaultsFile?: string;
  client?: string;
}

interface PolicyParts {
  requirements: PolicyFragment[];
  defaults: PolicyFragment[];
}

const badUse = { exitCode: effectiveExitCodes.badUse };

function fragmentOf(option: string, file: string | undefined): PolicyFragment[] {
  if (file === undefined) return [];
  const contents = machineFiles.read(file);
  if (contents === undefined) throw new Refused(`${option}: there is no file ${file}.`, badUse);
  return [{ id: option.replace(/^--/, ''), name: file, contents }];
}

async function deliveredTo(
  email: string,
  options: PolicyOptions & ConnectionOptions,
  command: Command,
): Promise<PolicyParts> {
  const api = callReeve(await readConnection(options, command, 'policies.read'));
  const { fragments } = await api.policies.lookUp.bytes({
    email,
    ...(options.client !== undefined && { clientVersion: options.client }),
  });
  const of = (part: 'requirements' | 'config') => fragments.filter((fragment) => fragment.part === part);
  return { requirements: of('requirements'), defaults: of('config') };
}

/** The documents a member's client gets: from Reeve, from files, or none. @throws Refused when they cannot be had */
export async function policyOf(options: PolicyOptions & ConnectionOptions, command: Command): Promise<PolicyParts> {
  const { as, policyFile, defaultsFile } = options;
  if (as !== undefined && (policyFile !== undefined || defaultsFile !== undefined))
    throw new Refused('Give either --as (what Reeve delivers) or files, not both.', badUse);
  if (options.client !== undefined && as === undefined)
    throw new Refused('--client chooses what Reeve delivers, so it needs --as.', badUse);
  if (as !== undefined) return deliveredTo(as, options, command);
  return {
    requirements: fragmentOf('--policy-file', policyFile),
    defaults: fragmentOf('--defaults-file', defaultsFile),
  };
}
