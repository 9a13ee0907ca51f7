import { createHash } from 'node:crypto';
import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall } from '#server/http/wire-routes.ts';
import { sortedByPath } from '../library/bundle-files.ts';
import { withMarker } from '../library/marker.ts';
import { readPublished } from '../library/queries.ts';
import { bundlesOfMember } from '../library/subscribe-groups.ts';
import { listTarFacts } from '../library/version-queries.ts';
import { challenge, type FetchingServices, requireFetchable, whoFetches } from '../library/who-fetches.ts';
import { bundleTar, type TarEntry } from './bundle-tar.ts';

type TarFacts = Awaited<ReturnType<typeof listTarFacts>>[number] & { slug: string };

const noVersion = ({ slug, number }: { slug: string; number: number }) =>
  new ReeveError('not-found', {}, { message: `The bundle “${slug}” has no version ${number}.` });

/** Of each the facts, in the same order. @throws ReeveError not-found */
async function requireFacts(
  { db }: FetchingServices,
  workspaceId: string,
  wanted: readonly { id: string; slug: string; number: number }[],
): Promise<TarFacts[]> {
  const found = new Map((await listTarFacts(db, workspaceId, wanted)).map((row) => [row.id, row]));
  return wanted.map((each) => {
    const facts = found.get(each.id);
    if (!facts) throw noVersion(each);
    return { ...facts, slug: each.slug };
  });
}

async function entriesOf({ db }: FetchingServices, workspaceId: string, facts: TarFacts): Promise<TarEntry[]> {
  const version = await readPublished(db, workspaceId, facts.id, facts.number);
  if (!version) throw noVersion(facts);
  return withMarker({ ...version, slug: facts.slug }).map((file) => ({ file, at: version.publishedAt }));
}

/** One more whenever other bytes are made of the same versions. */
const format = 2;

/** Of all that decides the bytes, so that neither files nor bytes are needed to know it. */
function etagOf(versions: readonly TarFacts[]): string {
  const decides = versions.map(({ slug, number, name, origin, sha256, publishedAt }) => [
    slug,
    number,
    name,
    origin,
    sha256,
    publishedAt.toISOString(),
  ]);
  return `"${createHash('sha256')
    .update(JSON.stringify([format, decides]))
    .digest('hex')}"`;
}

/** Whether the caller has these bytes already (RFC 9110 §13.1.2). */
const isKnown = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch?.split(',').some((each) => [etag, '*'].includes(each.trim().replace(/^W\//, ''))) ?? false;

async function answerTar(
  services: FetchingServices,
  { c }: WireCall,
  { name, workspaceId, versions }: { name: string; workspaceId: string; versions: readonly TarFacts[] },
): Promise<Response> {
  const etag = etagOf(versions);
  const headers = { etag, 'cache-control': 'private, no-cache', vary: 'authorization, cookie' };
  if (isKnown(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers);
  const entries: (TarEntry & { path: string })[] = [];
  for (const version of versions)
    for (const entry of await entriesOf(services, workspaceId, version))
      entries.push({ ...entry, path: entry.file.path });
  return c.body(new Uint8Array(await bundleTar(sortedByPath(entries))), 200, {
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
  const { workspaceId } = fetching;
  const versions = await requireFacts(services, workspaceId, [{ id: bundle.id, slug, number }]);
  return answerTar(services, call, { name: `${slug}-v${number}`, workspaceId, versions });
}

/** Written over one another, one of the two files would be lost without a word. */
function refuseSamePlace(versions: readonly TarFacts[]): void {
  const from = new Map<string, TarFacts>();
  for (const version of versions)
    for (const path of version.paths) {
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

/** Each of at most 2 MiB, all of them at once in memory. */
const mostBundles = 30;

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
  if (bundles.length > mostBundles)
    throw new ReeveError(
      'conflict',
      {},
      {
        message: `Your groups subscribe to ${bundles.length} bundles, and one tar holds at most ${mostBundles}. Fetch those that you need one by one: /team-config/NAME.tar.`,
      },
    );
  const versions = await requireFacts(services, workspaceId, bundles);
  refuseSamePlace(versions);
  return answerTar(services, call, { name: 'team-config', workspaceId, versions });
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
