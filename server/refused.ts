/** What an operator can put right. A command prints the message alone, without a stack trace, and ends with the exit code. */
export class Refused extends Error {
  readonly exitCode: number;
  constructor(message: string, { exitCode = 1, ...options }: ErrorOptions & { exitCode?: number } = {}) {
    super(message, options);
    this.name = 'Refused';
    this.exitCode = exitCode;
  }
}

/** From sysexits.h, so that a supervisor can tell what a restart will not mend. */
export const exitCodes = {
  failed: 1,
  unavailable: 69,
  cannotCreate: 73,
  inUse: 75,
  notPermitted: 77,
  badConfig: 78,
} as const;
