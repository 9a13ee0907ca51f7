import { z } from 'zod';
import { refusal } from './refuse.ts';

const message = (name: string) => `urn:ietf:params:scim:api:messages:2.0:${name}`;
export const urns = {
  error: message('Error'),
  list: message('ListResponse'),
  patch: message('PatchOp'),
  search: message('SearchRequest'),
  bulkRequest: message('BulkRequest'),
  bulkResponse: message('BulkResponse'),
} as const;

/** RFC 7643 §2.1: names are the same in any case. Only the outermost ones: what is inside belongs to its schema. */
const withNames = (names: readonly string[]) => (body: unknown) => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  const spelled = new Map(names.map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [spelled.get(key.toLowerCase()) ?? key, value]));
};

const Operation = z.preprocess(
  withNames(['op', 'path', 'value']),
  z.object({
    op: z
      .string()
      .transform((op) => op.toLowerCase())
      .pipe(z.enum(['add', 'replace', 'remove'])),
    path: z.string().trim().max(2000).nullish(),
    value: z.unknown().optional(),
  }),
);
export type Operation = z.infer<typeof Operation>;

const longestPatch = 1000;
export const PatchRequest = z.preprocess(
  withNames(['schemas', 'Operations']),
  z.object({ schemas: z.array(z.string()).nullish(), Operations: z.array(Operation).min(1).max(longestPatch) }),
);

const Names = z
  .union([z.array(z.string()), z.string().transform((text) => text.split(','))])
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== ''));
const Whole = z.coerce.number().int();
export const SearchRequest = z.preprocess(
  withNames(['attributes', 'excludedAttributes', 'filter', 'sortBy', 'sortOrder', 'startIndex', 'count']),
  z.object({
    attributes: Names.nullish(),
    excludedAttributes: Names.nullish(),
    filter: z.string().nullish(),
    sortBy: z.string().nullish(),
    sortOrder: z.string().nullish(),
    startIndex: Whole.nullish(),
    count: Whole.nullish(),
  }),
);
export type SearchRequest = z.infer<typeof SearchRequest>;

const BulkOperation = z.preprocess(
  withNames(['method', 'bulkId', 'version', 'path', 'data']),
  z.object({
    method: z
      .string()
      .transform((method) => method.toUpperCase())
      .pipe(z.enum(['POST', 'PUT', 'PATCH', 'DELETE'])),
    bulkId: z.string().min(1).max(200).nullish(),
    version: z.string().nullish(),
    path: z.string().max(2000),
    data: z.unknown().optional(),
  }),
);
export type BulkOperation = z.infer<typeof BulkOperation>;
export const BulkRequest = z.preprocess(
  withNames(['schemas', 'failOnErrors', 'Operations']),
  z.object({
    failOnErrors: z.coerce.number().int().min(1).nullish(),
    Operations: z.array(BulkOperation).min(1),
  }),
);

/** @throws ReeveError bad-input (invalidSyntax) that says where and what */
export function readMessage<Message>(schema: z.ZodType<Message>, body: unknown): Message {
  const read = schema.safeParse(body);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw refusal('invalidSyntax', `${issue?.path.join('.') || 'The body'}: ${issue?.message ?? 'cannot be read'}.`);
}
