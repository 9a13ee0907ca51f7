import { isReeveError, ReeveError } from '#server/fail.ts';
import { answerScim } from './answer.ts';
import { limits } from './limits.ts';
import { refusal } from './refuse.ts';
import { errorBody } from './render-error.ts';
import type { ScimAnswer, ScimCaller, ScimServices } from './scim-call.ts';
import { type BulkOperation, BulkRequest, readMessage, urns } from './wire.ts';

/** What came of the operations so far: by bulkId the id of what was made, null when it failed. */
type Made = Map<string, string | null>;

const reference = /bulkId:([^"/\s\]]+)/g;

const referencesIn = ({ path, data }: BulkOperation): string[] =>
  [...`${path} ${JSON.stringify(data) ?? ''}`.matchAll(reference)].map(([, bulkId = '']) => bulkId);

/** RFC 7644 §3.7.2: `bulkId:qwerty` stands for the id of what the operation of that name makes. */
function resolve<Value>(value: Value, made: Made): Value {
  const text = JSON.stringify(value);
  if (text === undefined || !text.includes('bulkId:')) return value;
  const resolved = text.replace(reference, (_, bulkId: string) => {
    const id = made.get(bulkId);
    if (id) return id;
    throw refusal('invalidValue', `“bulkId:${bulkId}” refers to nothing that was made in this request.`);
  });
  return JSON.parse(resolved) as Value;
}

async function run(
  services: ScimServices,
  caller: ScimCaller,
  operation: BulkOperation,
  made: Made,
): Promise<ScimAnswer> {
  const path = resolve(operation.path, made);
  const [resource, id, ...rest] = path.replace(/^\//, '').split('/');
  const isWhole = operation.method === 'POST' ? id === undefined : id !== undefined;
  if ((resource !== 'Users' && resource !== 'Groups') || rest.length > 0 || !isWhole)
    throw refusal('invalidPath', `“${operation.method} ${path}” cannot be part of a bulk request.`);
  if (operation.method === 'POST' && !operation.bulkId)
    throw refusal('invalidSyntax', 'A POST in a bulk request needs a “bulkId”.');
  return answerScim(services, caller, {
    method: operation.method,
    path: [resource, ...(id === undefined ? [] : [id])],
    query: {},
    body: resolve(operation.data, made),
    ifMatch: operation.version ?? null,
    ifNoneMatch: null,
  });
}

async function outcomeOf(services: ScimServices, caller: ScimCaller, operation: BulkOperation, made: Made) {
  const { method, bulkId, path } = operation;
  const named = { method, ...(bulkId ? { bulkId } : {}) };
  try {
    const { status, location, version } = await run(services, caller, operation, made);
    const isMade = method === 'POST' && bulkId && location;
    if (isMade) made.set(bulkId, location.slice(location.lastIndexOf('/') + 1));
    const where = location ?? `${caller.baseUrl}${path}`;
    return { ...named, location: where, ...(version ? { version } : {}), status: String(status) };
  } catch (error) {
    if (bulkId) made.set(bulkId, null);
    if (!isReeveError(error)) services.log.error({ err: error, method, path }, 'an operation of a bulk request failed');
    const told = isReeveError(error) ? error : new ReeveError('internal');
    const where = method === 'POST' ? {} : { location: `${caller.baseUrl}${path}` };
    return { ...named, ...where, status: String(told.status), response: errorBody(told) };
  }
}

/**
 * The operations one after the other, each for itself: one that fails does not undo others. What refers to something made further down
 * waits for it; what can never be made fails.
 */
export async function answerBulk(services: ScimServices, caller: ScimCaller, body: unknown): Promise<ScimAnswer> {
  const { failOnErrors, Operations } = readMessage(BulkRequest, body);
  if (Operations.length > limits.bulkOperations)
    throw new ReeveError(
      'body-too-large',
      {},
      { message: `A bulk request has at most ${limits.bulkOperations} operations; this one has ${Operations.length}.` },
    );
  const made: Made = new Map();
  const names = new Set(Operations.map(({ bulkId }) => bulkId));
  const outcomes: unknown[] = [];
  let waiting = [...Operations];
  let failures = 0;
  while (waiting.length > 0 && (failOnErrors == null || failures < failOnErrors)) {
    const isReady = (operation: BulkOperation) =>
      referencesIn(operation).every((bulkId) => made.has(bulkId) || !names.has(bulkId));
    const next = waiting.find(isReady) ?? waiting[0];
    if (!next) break;
    waiting = waiting.filter((operation) => operation !== next);
    const outcome = await outcomeOf(services, caller, next, made);
    if ('response' in outcome) failures += 1;
    outcomes.push(outcome);
  }
  return { status: 200, body: { schemas: [urns.bulkResponse], Operations: outcomes } };
}
