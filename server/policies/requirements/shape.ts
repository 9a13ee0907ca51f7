/** The oldest client proven to know something, and what the ones before it do when they meet it. */
export interface Since {
  version: string;
  older: 'ignore' | 'refuse';
  /** What older clients get in place of a value they refuse; without it the entry is left out. Never a looser one. */
  instead?: string;
}

/**
 * The part of JSON schema that describes requirements.toml, with four annotations of our own: `knownKeys` (other keys are accepted
 * and do nothing), `since`, `valueSince` (the same per enum value) and `expected` (a reader's words for what belongs here).
 */
export interface Shape {
  description?: string;
  type?: 'string' | 'boolean' | 'integer' | 'array' | 'object';
  enum?: readonly string[];
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  minProperties?: number;
  items?: Shape;
  properties?: Readonly<Record<string, Shape>>;
  additionalProperties?: false | Shape;
  required?: readonly string[];
  anyOf?: readonly Shape[];
  not?: Shape;
  knownKeys?: true;
  since?: Since;
  valueSince?: Readonly<Record<string, Since>>;
  expected?: string;
}

export type Extra = Omit<Shape, 'type' | 'description'>;

export const text = (description: string, extra: Extra = {}): Shape => ({ type: 'string', description, ...extra });

export const flag = (description: string, extra: Extra = {}): Shape => ({ type: 'boolean', description, ...extra });

export const count = (description: string, extra: Extra = {}): Shape => ({
  type: 'integer',
  description,
  minimum: 0,
  ...extra,
});

export const choice = (values: readonly string[], description: string, extra: Extra = {}): Shape => ({
  type: 'string',
  enum: values,
  description,
  ...extra,
});

export const list = (items: Shape, description: string, extra: Extra = {}): Shape => ({
  type: 'array',
  items,
  description,
  ...extra,
});

/** A table whose other keys the client accepts and ignores. */
export const table = (properties: Record<string, Shape>, description: string, extra: Extra = {}): Shape => ({
  type: 'object',
  properties,
  knownKeys: true,
  description,
  ...extra,
});

/** A table whose other keys make the client refuse the document. */
export const closedTable = (properties: Record<string, Shape>, description: string, extra: Extra = {}): Shape => ({
  type: 'object',
  properties,
  additionalProperties: false,
  description,
  ...extra,
});

/** A table with free keys and values of one shape. */
export const mapOf = (value: Shape, description: string, extra: Extra = {}): Shape => ({
  type: 'object',
  additionalProperties: value,
  description,
  ...extra,
});

export const ignoredBefore = (version: string): { since: Since } => ({ since: { version, older: 'ignore' } });
export const refusedBefore = (version: string): { since: Since } => ({ since: { version, older: 'refuse' } });

export const allowOrDeny = ['allow', 'deny'] as const;
