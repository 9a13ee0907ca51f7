/** Where each secret of a connection belongs: see `server/sealed-columns.ts`. */
export const privateKeyPlace = (id: string): string => `git_connections/${id}/private_key`;
export const clientSecretPlace = (id: string): string => `git_connections/${id}/client_secret`;
export const webhookSecretPlace = (id: string): string => `git_connections/${id}/webhook_secret`;
export const formerWebhookSecretPlace = (id: string): string => `git_connections/${id}/former_webhook_secret`;
export const tokenPlace = (id: string): string => `git_connections/${id}/token`;
