/** What the sealed columns of a connection are sealed for: see `sealed-columns.ts`. */
export const clientSecretPlace = (connectionId: string): string => `sso_connections/${connectionId}/client_secret`;
export const signingKeysPlace = (connectionId: string): string => `sso_connections/${connectionId}/signing_keys`;
