/** The oldest client proven to know something, and what the ones before it do when they meet it. */
export interface Since {
  version: string;
  older: 'ignore' | 'refuse';
  /** What older clients get in place of a value they refuse; without it the entry is left out. Never a looser one. */
  instead?: string;
}

/**
 * The part of JSON schema that describes the documents of a policy, with annotations of our own: `knownKeys` (other keys are accepted
 * and do nothing), `since`, `valueSince` (the same per enum value), `valueNotes` (a sentence per enum value), `expected` (a reader's
 * words for what belongs here) and `whenDisallowed` (what the client does when what a member set does not fit).
 */
export interface Shape {
  /** One sentence for whoever writes the policy. */
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
  valueNotes?: Readonly<Record<string, string>>;
  expected?: string;
  whenDisallowed?: string;
}

/** The annotations a JSON schema validator has to be told about. */
export const shapeAnnotations = [
  'knownKeys',
  'since',
  'valueSince',
  'valueNotes',
  'expected',
  'whenDisallowed',
] as const;

export type Extra = Omit<Shape, 'type' | 'description'>;

export const text = (description: string, extra: Extra = {}): Shape => ({ type: 'string', description, ...extra });

export const flag = (description: string, extra: Extra = {}): Shape => ({ type: 'boolean', description, ...extra });

export const count = (description: string, extra: Extra = {}): Shape => ({
  type: 'integer',
  description,
  minimum: 0,
  ...extra,
});

/** One of a few words; as a record, with a sentence for each. */
export const choice = (
  values: readonly string[] | Readonly<Record<string, string>>,
  description: string,
  extra: Extra = {},
): Shape => {
  const notes = isNamed(values) ? { valueNotes: values } : {};
  return { type: 'string', enum: isNamed(values) ? Object.keys(values) : values, ...notes, description, ...extra };
};

function isNamed(
  values: readonly string[] | Readonly<Record<string, string>>,
): values is Readonly<Record<string, string>> {
  return !Array.isArray(values);
}

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
