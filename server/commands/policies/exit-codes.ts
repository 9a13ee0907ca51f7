/** Of `reeve policies`, beside those of every command. */
export const policyExitCodes = { differs: 2, drift: 3 } as const;

export const exitCodesText = `
Exit codes:
  0   done; with plan and diff also: nothing differs
  1   the folder has errors, an option is wrong, or the set was refused: nothing
      was changed
  2   something differs (plan and diff with --exit-code)
  3   drift: what is published is not what the folder says
  69  Reeve cannot be reached, or its certificate is not trusted
  77  the key is not valid, or its scope does not allow this
  78  the address, the key or the confirmation is missing`;
