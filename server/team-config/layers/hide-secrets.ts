import { isTable, setKey } from './config-layer.ts';

export const hidden = '[redacted]';

/** Tables of which every value may be a secret, and keys that are one. */
const secretTables = /(^|_)(headers|env)$|^set$|^query_params$/;
const secretKeys = /(^|_)(token|secret|api_key|password)$/;

/** A value on a command line that an option before it, or the same word, calls a secret. */
const secretOption = /^--?[\w-]*(token|secret|api-?key|password)$/i;
const secretWord = /^(--?[\w-]*(?:token|secret|api-?key|password)=).+$/is;

/** Addresses without what somebody signs in with. */
const withoutCredentials = (text: string): string =>
  text
    .replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@?#]*@/i, `$1${hidden}@`)
    .replace(/([?&][^=&#]*(?:token|secret|key|password|sig)[^=&#]*=)[^&#]+/gi, `$1${hidden}`)
    .replace(secretWord, `$1${hidden}`);

const isSecret = (path: readonly string[]): boolean =>
  path.slice(0, -1).some((key) => secretTables.test(key)) || secretKeys.test(path.at(-1) ?? '');

/** A value without what nobody else should read: header values, environment variables, tokens. The client's own report hides headers. */
export function withoutSecrets(path: readonly string[], value: unknown): unknown {
  if (isSecret(path)) return hidden;
  if (typeof value === 'string') return withoutCredentials(value);
  if (Array.isArray(value))
    return value.map((item, index) =>
      secretOption.test(String(value[index - 1])) ? hidden : withoutSecrets(path, item),
    );
  if (!isTable(value)) return value;
  const shown: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) setKey(shown, key, withoutSecrets([...path, key], item));
  return shown;
}
