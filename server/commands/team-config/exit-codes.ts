import { exitCodes, Refused } from '#server/refused.ts';

/** Of `reeve team-config`, beside those of every command. */
export const teamConfigExitCodes = { findings: 1, badUse: 2 } as const;

export const exitCodesText = `
Exit codes:
  0   no errors, and no more warnings than --max-warnings allows
  1   errors, or too many warnings
  2   an option or the path is wrong, or there is no such policy or member
  69  Reeve cannot be reached, or its certificate is not trusted
  77  the key is not valid, or its scope does not allow this
  78  the address or the key is missing`;

/** 1 is an answer of these commands, so whatever was refused must not end like one. */
export function asBadUse(error: unknown): never {
  if (error instanceof Refused && error.exitCode === exitCodes.failed)
    throw new Refused(error.message, { cause: error, exitCode: teamConfigExitCodes.badUse });
  throw error;
}
