import { ReeveError } from '#server/fail.ts';
import { refuseUnstorableText } from '#server/http/api-errors.ts';
import { answerDiscovery } from './discovery.ts';
import { changeGroup, createGroup, readGroup, removeGroup, stepsOfGroup } from './groups.ts';
import { groupSteps } from './patch-group.ts';
import { patchUser, readUser } from './patch-user.ts';
import { answerCreated, readOneGroup, readOneUser, searchGroups, searchUsers } from './read-resources.ts';
import type { Projection } from './render.ts';
import type { ScimAnswer, ScimCaller, ScimRequest, ScimServices } from './scim-call.ts';
import { changeUser, createUser, removeUser } from './users.ts';
import { PatchRequest, readMessage, SearchRequest } from './wire.ts';

type One = ScimRequest & { id: string; projection: Projection };

async function answerUser(services: ScimServices, caller: ScimCaller, request: One): Promise<ScimAnswer> {
  const { id, ifMatch, body } = request;
  if (request.method === 'DELETE') {
    await removeUser(services, caller, { id, ifMatch });
    return { status: 204 };
  }
  if (request.method === 'PUT') {
    const sent = readUser(body);
    await changeUser(services, caller, { id, ifMatch, next: () => sent });
  }
  if (request.method === 'PATCH') {
    const { Operations } = readMessage(PatchRequest, body);
    await changeUser(services, caller, { id, ifMatch, next: (before) => patchUser(before, Operations) });
  }
  if (request.method === 'POST') throw notThere(request);
  return readOneUser(services, caller, request.method === 'GET' ? request : { ...request, ifNoneMatch: null });
}

async function answerGroup(services: ScimServices, caller: ScimCaller, request: One): Promise<ScimAnswer> {
  const { id, ifMatch, body, projection } = request;
  if (request.method === 'DELETE') {
    await removeGroup(services, caller, { id, ifMatch });
    return { status: 204 };
  }
  if (request.method === 'POST') throw notThere(request);
  if (request.method === 'PUT')
    await changeGroup(services, caller, { id, ifMatch, steps: stepsOfGroup(readGroup(body)) });
  if (request.method === 'PATCH') {
    const { Operations } = readMessage(PatchRequest, body);
    await changeGroup(services, caller, { id, ifMatch, steps: groupSteps(Operations) });
    // RFC 7644 §3.5.2: without `attributes` there need be no body, and a group of thousands is not read for one that joined.
    if (!projection.attributes)
      return { ...(await readOneGroup(services, caller, { id, projection: { attributes: ['id'] } })), ...noBody };
  }
  return readOneGroup(services, caller, request.method === 'GET' ? request : { ...request, ifNoneMatch: null });
}

const noBody = { status: 204, body: undefined } as const;

const notThere = ({ method, path }: Pick<ScimRequest, 'method' | 'path'>) =>
  new ReeveError('not-found', {}, { message: `SCIM has no ${method} /${path.join('/')} here.` });

async function answerAll(services: ScimServices, caller: ScimCaller, request: ScimRequest): Promise<ScimAnswer> {
  const { method, path, body, query } = request;
  const isUsers = path[0] === 'Users';
  if (method === 'GET') {
    const search = readMessage(SearchRequest, query);
    return isUsers ? searchUsers(services, caller, search) : searchGroups(services, caller, search);
  }
  if (method !== 'POST') throw notThere(request);
  const projection = readMessage(SearchRequest, query);
  if (isUsers) return answerCreated(services, caller, await createUser(services, caller, body), projection);
  const id = await createGroup(services, caller, body);
  return { ...(await readOneGroup(services, caller, { id, projection })), status: 201 };
}

/** RFC 7644 §3.4.3. */
async function answerSearch(services: ScimServices, caller: ScimCaller, request: ScimRequest): Promise<ScimAnswer> {
  const search = readMessage(SearchRequest, request.body);
  if (request.path[0] === 'Users') return searchUsers(services, caller, search);
  return searchGroups(services, caller, search);
}

/** One request, from HTTP or out of a bulk. What it changed is committed when this returns; an error changed nothing. */
export async function answerScim(
  services: ScimServices,
  caller: ScimCaller,
  request: ScimRequest,
): Promise<ScimAnswer> {
  refuseUnstorableText(request.path);
  refuseUnstorableText(request.body);
  refuseUnstorableText(request.query);
  const { method, path } = request;
  const [resource, id, ...rest] = path;
  if (resource === 'Me')
    throw new ReeveError('not-supported', {}, { message: 'A key is not a person: there is no /Me. Use /Users.' });
  if (resource !== 'Users' && resource !== 'Groups') {
    if (method === 'GET') return answerDiscovery(caller, request);
    throw notThere(request);
  }
  if (rest.length > 0) throw notThere(request);
  if (id === undefined) return answerAll(services, caller, request);
  if (id === '.search' && method === 'POST') return answerSearch(services, caller, request);
  const projection = readMessage(SearchRequest, request.query);
  const one = { ...request, id, projection };
  return resource === 'Users' ? answerUser(services, caller, one) : answerGroup(services, caller, one);
}
