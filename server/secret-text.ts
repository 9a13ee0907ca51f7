import { inspect } from 'node:util';

export const redacted = '***';

/** Text that prints as `***` however it is printed, logged or serialised. `reveal()` is the only way to it. */
export interface SecretText {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

export function secretText(text: string): SecretText {
  const hidden = {
    reveal: () => text,
    toString: () => redacted,
    toJSON: () => redacted,
    [inspect.custom]: () => redacted,
  };
  return Object.freeze(hidden);
}
