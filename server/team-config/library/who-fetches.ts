import { can } from '#contract/permissions.ts';
import { ReeveError } from '#server/fail.ts';
import { checkSecondFactor } from '#server/http/check-second-factor.ts';
import { keyIn } from '#server/http/key-calls.ts';
import type { WireCall } from '#server/http/wire-routes.ts';
import { readConsoleMember } from '#server/identity/index.ts';
import type { Services } from '#server/services.ts';
import { type BundleRow, readBundleBySlug } from './queries.ts';
import { type BundleOfMember, bundlesOfMember } from './subscribe-groups.ts';

export type FetchingServices = Pick<Services, 'db' | 'clock' | 'config' | 'origin'>;

/** Who wants files. A program with a key, and whoever reads the library in the console, may have every bundle. */
export interface Fetching {
  workspaceId: string;
  memberId: string | null;
  mayReadAll: boolean;
  /** The member or the key: what is limited for each of them. */
  caller: string;
}

/** RFC 7617. Any user name: the password is the credential, for git and curl know no other way that people use. */
function passwordIn(authorization: string): string | null {
  const given = /^Basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  if (given === undefined) return null;
  const text = Buffer.from(given, 'base64').toString();
  return text.slice(text.indexOf(':') + 1);
}

/** The same request with the credential as a bearer token. */
function asBearer(request: Request, authorization: string): Request {
  const password = passwordIn(authorization);
  if (password === null) return request;
  // What no header can carry is no credential of ours either.
  const token = /^[\x21-\x7e]+$/.test(password) ? password : 'none';
  const headers = new Headers(request.headers);
  headers.set('authorization', `Bearer ${token}`);
  return new Request(request.url, { method: 'GET', headers });
}

async function byCredential(call: WireCall, authorization: string): Promise<Fetching> {
  const request = asBearer(call.c.req.raw, authorization);
  if (keyIn(request.headers) !== null) {
    const { workspaceId, keyId } = await call.requireKey('team-config.read', request);
    return { workspaceId, memberId: null, mayReadAll: true, caller: keyId };
  }
  const { workspaceId, memberId, scopes } = await call.authenticate(request);
  if (!scopes.includes('policy.read')) throw new ReeveError('scope-missing', { scope: 'policy.read' });
  return { workspaceId, memberId, mayReadAll: false, caller: memberId };
}

async function bySession(services: FetchingServices, { c }: WireCall): Promise<Fetching | null> {
  const member = await readConsoleMember(services)(c);
  if (!member) return null;
  checkSecondFactor({}, member);
  const { workspaceId, memberId, permissions } = member;
  return { workspaceId, memberId, mayReadAll: can(permissions, 'team-config.read'), caller: memberId };
}

const words =
  'Give an API key of the workspace with the scope team-config.read, or an access token of your own: as a bearer token, or as the password of any user name.';

/** By a key, a member's own token or sign-in, or the session of the console. @throws ReeveError not-signed-in, token-invalid … */
export async function whoFetches(services: FetchingServices, call: WireCall): Promise<Fetching> {
  const authorization = call.c.req.header('authorization');
  if (authorization !== undefined) return byCredential(call, authorization);
  const fetching = await bySession(services, call);
  if (!fetching) throw new ReeveError('not-signed-in', {}, { message: words });
  return fetching;
}

/** @throws ReeveError not-found, not-permitted */
export async function requireFetchable(
  services: FetchingServices,
  { workspaceId, memberId, mayReadAll }: Fetching,
  slug: string,
): Promise<{ bundle: BundleRow; subscribed: BundleOfMember | null }> {
  const bundle = await readBundleBySlug(services.db, workspaceId, slug);
  if (!bundle) throw new ReeveError('not-found', {}, { message: `There is no bundle “${slug}”, or not any more.` });
  const mine = memberId === null ? [] : await bundlesOfMember(services.db, workspaceId, memberId);
  const subscribed = mine.find(({ id }) => id === bundle.id) ?? null;
  if (bundle.newest === 0)
    throw new ReeveError('not-found', {}, { message: `Nothing of the bundle “${slug}” is published yet.` });
  if (!mayReadAll && !subscribed)
    throw new ReeveError(
      'not-permitted',
      {},
      { message: `None of your groups subscribes to “${slug}”. Ask whoever looks after Team Config.` },
    );
  return { bundle, subscribed };
}

/** What a client needs to ask for a password, which git does on its own. */
export const challenge = (status: number): Record<string, string> =>
  status === 401 ? { 'www-authenticate': 'Basic realm="Reeve Team Config", charset="UTF-8"' } : {};
