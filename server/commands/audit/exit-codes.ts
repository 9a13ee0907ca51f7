/** Of `reeve audit`, beside those of every command. */
export const auditExitCodes = { invalid: 2 } as const;

export const exitCodesText = `
Exit codes:
  0   done; with verify and verify-proof: everything is as it was sealed
  1   an option is wrong, or a file cannot be read
  2   something is not as it was sealed; what and where is told
  69  Reeve cannot be reached, or its certificate is not trusted
  75  another process uses the data folder
  77  the key is not valid, or its scope does not allow this
  78  the address or the key is missing`;
