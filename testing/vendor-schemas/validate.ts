import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

/**
 * The vendor's own schemas, strict beyond them: an answer may have no member that the schema does not know, because a program made for it
 * may refuse one. Returns what is wrong, or null.
 */
export function openVendorSchemas(file: string): (name: string, answer: unknown) => string | null {
  const text = readFileSync(join(import.meta.dirname, `${file}.json`), 'utf8');
  const closed = JSON.parse(text, (_key, value: unknown) =>
    value !== null && typeof value === 'object' && 'properties' in value && 'type' in value
      ? { ...value, additionalProperties: false }
      : value,
  );
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema(closed, 'vendor');
  return (name, answer) => {
    const check = ajv.getSchema(`vendor#/components/schemas/${name}`);
    if (!check) throw new Error(`the vendor has no schema ${name}`);
    return check(answer) ? null : ajv.errorsText(check.errors);
  };
}
