import { createHash } from 'node:crypto';
import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall } from '#server/http/wire-routes.ts';
import { sortedByPath } from '../library/bundle-files.ts';
import { type PublishedFiles, withMarker } from '../library/marker.ts';
import { readPublished } from '../library/queries.ts';
import { bundlesOfMember } from '../library/subscribe-groups.ts';
import { challenge, type FetchingServices, requireFetchable, whoFetches } from '../library/who-fetches.ts';
import { bundleTar, type TarEntry } from './bundle-tar.ts';

async function requireFiles(
  { db }: FetchingServices,
  workspaceId: string,
  { id, slug, number }: { id: string; slug: string; number: number },
): Promise<PublishedFiles> {
  const version = await readPublished(db, workspaceId, id, number);
  if (!version) throw new ReeveError('not-found', {}, { message: `The bundle “${slug}” has no version ${number}.` });
  return { ...version, slug };
}

const entriesOf = (version: PublishedFiles): TarEntry[] =>
  withMarker(version).map((file) => ({ file, at: version.publishedAt }));

/** Whether the caller has these bytes already (RFC 9110 §13.1.2). */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((each) => [etag, '*'].includes(each.trim().replace(/^W\//, ''))) ?? false;

async function answerTar(
  { c }: WireCall,
  { name, entries }: { name: string; entries: readonly TarEntry[] },
): Promise<Response> {
  const bytes = await bundleTar(entries);
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}"`;
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, cookie' };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  return c.body(new Uint8Array(bytes), 200, {
    ...headers,
    'content-type': 'application/x-tar',
    'content-disposition': `attachment; filename="${name}.tar"`,
    'x-content-type-options': 'nosniff',
  });
}

/** Null: the newest, or what the groups of the member have. @throws ReeveError bad-input */
function versionIn({ c }: WireCall): number | null {
  const given = c.req.query('version');
  if (given === undefined) return null;
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new ReeveError('bad-input', {}, { message: 'The version is a number, for example ?version=3.' });
}

async function answerBundle(services: FetchingServices, call: WireCall): Promise<Response> {
  const fetching = await whoFetches(services, call);
  const slug = (call.c.req.param('file') ?? '').replace(/\.tar$/, '');
  const { bundle, subscribed } = await requireFetchable(services, fetching, slug);
  const number = versionIn(call) ?? subscribed?.number ?? bundle.newest;
  const version = await requireFiles(services, fetching.workspaceId, { id: bundle.id, slug, number });
  return answerTar(call, { name: `${slug}-v${number}`, entries: entriesOf(version) });
}

/** Written over one another, one of the two files would be lost without a word. */
function refuseSamePlace(versions: readonly PublishedFiles[]): void {
  const from = new Map<string, PublishedFiles>();
  for (const version of versions)
    for (const { path } of version.files) {
      const place = path.toLowerCase();
      const other = from.get(place);
      if (other)
        throw new ReeveError(
          'conflict',
          {},
          {
            message: `Both “${other.slug}” and “${version.slug}” have ${path}. Fetch them one by one (/team-config/${version.slug}.tar), or ask whoever looks after Team Config to take one from your groups.`,
          },
        );
      from.set(place, version);
    }
}

async function answerMine(services: FetchingServices, call: WireCall): Promise<Response> {
  const { workspaceId, memberId } = await whoFetches(services, call);
  if (memberId === null)
    throw new ReeveError(
      'member-only',
      {},
      { message: 'A key is in no group. Name the bundle: /team-config/NAME.tar.' },
    );
  const bundles = await bundlesOfMember(services.db, workspaceId, memberId);
  if (bundles.length === 0)
    throw new ReeveError('not-found', {}, { message: 'None of your groups subscribes to a bundle.' });
  const versions = await Promise.all(bundles.map((bundle) => requireFiles(services, workspaceId, bundle)));
  refuseSamePlace(versions);
  const entries = versions.flatMap(entriesOf).map((entry) => ({ ...entry, path: entry.file.path }));
  return answerTar(call, { name: 'team-config', entries: sortedByPath(entries) });
}

/** Bundles as files to unpack at the root of a repository. Plain addresses: for curl, and for the button in the console. */
export const bundleTarDialect = (services: FetchingServices): Dialect => ({
  name: 'Team Config as tar',
  routes: [
    {
      method: 'GET',
      path: '/team-config/mine.tar',
      allow: 'checked-inside',
      summary: 'What the groups of whoever asks subscribe to',
      handle: (call) => answerMine(services, call),
    },
    {
      method: 'GET',
      path: '/team-config/:file{[a-z0-9-]+\\.tar}',
      allow: 'checked-inside',
      summary: 'The files of a bundle; `?version=N` for a former version',
      handle: (call) => answerBundle(services, call),
    },
  ],
  renderError: (error) =>
    Response.json(
      { error: { code: error.code, message: error.message } },
      { status: error.status, headers: challenge(error.status) },
    ),
});
