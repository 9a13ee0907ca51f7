import { isTable, setKey } from './config-layer.ts';

export const hidden = '[redacted]';

/** Tables of which every value may be a secret, and keys that are one. */
const secretTables = /(^|_)(headers|env)$|^set$|^query_params$/;
const secretKeys = /^(experimental_bearer_token|client_secret|api_key|password)$/;

const isSecret = (path: readonly string[]): boolean =>
  path.slice(0, -1).some((key) => secretTables.test(key)) || secretKeys.test(path.at(-1) ?? '');

/** A value without what nobody else should read: header values, environment variables, tokens. The client's own report hides headers. */
export function withoutSecrets(path: readonly string[], value: unknown): unknown {
  if (isSecret(path)) return hidden;
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(path, item));
  if (!isTable(value)) return value;
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setKey(shown, key, withoutSecrets([...path, key], item));
  return shown;
}
