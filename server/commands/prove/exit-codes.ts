/** Of `reeve prove`. What the house uses for other failures (69, 77, 78) stays. */
export const proveExitCodes = { held: 0, broken: 1, partly: 3, failed: 4 } as const;

export const proveExitCodesText = `
Exit codes:
  0   every constraint that was tried held
  1   a constraint was broken
  3   what the clients know held, and something is not enforced by a client version (0 with --allow-not-enforced)
  4   inconclusive: an attempt, or the proof itself, failed or was stopped
  69  Reeve cannot be reached, or its certificate is not trusted
  77  the key is not valid, or its scope does not allow this
  78  an option is wrong, or the address or the key is missing`;
