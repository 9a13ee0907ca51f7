import type { Command } from 'commander';
import type { OwnApi } from '#server/http/own-api-caller.ts';
import { exitCodes, Refused } from '#server/refused.ts';
import { type Connection, type ConnectionOptions, callReeve, readConnection } from '../policies/connect.ts';
import { proveExitCodes } from './exit-codes.ts';

export interface Prover {
  api: OwnApi;
  connection: Connection;
}

export async function connectProver(options: ConnectionOptions, command: Command): Promise<Prover> {
  const connection = await readConnection(options, command, 'verify.run');
  return { api: callReeve(connection), connection };
}

/** 1 says that a constraint was broken, so nothing else may end with it. */
export async function endedAsProof<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Refused) || error.exitCode !== exitCodes.failed) throw error;
    throw new Refused(error.message, { cause: error, exitCode: proveExitCodes.failed });
  }
}
