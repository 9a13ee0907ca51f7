/** Beside those of every command: 1 is an answer here, so what was asked wrongly is 2. */
export const effectiveExitCodes = { wouldNotStart: 1, badUse: 2 } as const;
