import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import type { Services } from '#server/services.ts';
import { type BundleRow, listVersionFacts } from '../library/queries.ts';
import { runGit } from './git-program.ts';
import { branch, importOf } from './import-versions.ts';
import { limitProcesses } from './limit-processes.ts';
import { removeUnknownRepositories, repositoriesOf } from './remove-repositories.ts';

type BuildingServices = Pick<Services, 'db' | 'config'>;
type Bundle = Pick<BundleRow, 'id' | 'slug'>;

/** One more whenever what commits are made of changes. */
const format = 2;
const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

interface Build {
  /** Where it goes. */
  place: string;
  /** One of fewer versions to begin with; null: from nothing. */
  former: string | null;
  versions: AsyncIterable<Buffer>;
}

/** Builds beside its place and moves it there whole: what is in place is complete, whoever else builds the same. */
async function build({ place, former, versions }: Build): Promise<void> {
  const folder = join(place, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(folder, 'building-'));
  try {
    if (former === null)
      await runGit(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, draft], { cwd: folder });
    else await cp(former, draft, { recursive: true, mode: constants.COPYFILE_FICLONE });
    await runGit(['fast-import', '--quiet', '--done', '--date-format=raw'], { cwd: draft, input: versions });
    await rename(draft, place).catch(async (error: NodeJS.ErrnoException) => {
      // Another process was first with the same.
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

const keptBuilds = 2;
const abandonedMs = 60 * 60_000;

/** Who fetches from the build before this one still reads it; older ones are of nobody. */
async function removeFormer(folder: string, now: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith('v') && name !== now);
  const numberIn = (name: string) => Number(/^v(\d+)-/.exec(name)?.[1] ?? 0);
  const former = names.sort((one, other) => numberIn(other) - numberIn(one)).slice(keptBuilds - 1);
  await Promise.all(former.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

/** Of a process that was killed while it built. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => each.startsWith('building-'))) {
    const facts = await stat(join(folder, name)).catch(() => null);
    if (facts && facts.mtimeMs < Date.now() - abandonedMs)
      await rm(join(folder, name), { recursive: true, force: true });
  }
}

type Facts = Awaited<ReturnType<typeof listVersionFacts>>;

/** Says what is in it: a repository of other versions, as after a restored backup, is never taken for it. */
function nameFor(slug: string, facts: Facts): string {
  const decides = {
    format,
    slug,
    facts: facts.map((each) => ({ ...each, publishedAt: each.publishedAt.toISOString() })),
  };
  const sum = createHash('sha256')
    .update(canonicalize(decides) ?? '')
    .digest('hex');
  return `v${facts.at(-1)?.number ?? 0}-${sum.slice(0, 16)}.git`;
}

/** What comes on top of a former build stays in small files of its own; now and then all of it is packed anew. */
const wholeAgainEvery = 50;

/** How many of the versions a build in this folder has already, and only those. */
async function findFormer(folder: string, slug: string, facts: Facts): Promise<{ path: string; has: number } | null> {
  const built = new Set(await readdir(folder).catch(() => []));
  const most = Math.floor((facts.length - 1) / wholeAgainEvery) * wholeAgainEvery;
  for (let has = facts.length - 1; has > most; has -= 1) {
    const name = nameFor(slug, facts.slice(0, has));
    if (built.has(name)) return { path: join(folder, name), has };
  }
  return null;
}

/** Of all bundles and workspaces: a build takes a processor. */
const limits = { running: 2, waiting: 50, each: 2 };

/** A bare repository with every version of a bundle; made when it is not there, out of the one before where that is. */
export function openRepositories(services: BuildingServices) {
  const building = new Map<string, Promise<void>>();
  const takeTurn = limitProcesses(limits);

  async function make(workspaceId: string, bundle: Bundle, { folder, facts }: { folder: string; facts: Facts }) {
    const release = await takeTurn(workspaceId);
    try {
      const name = nameFor(bundle.slug, facts);
      const former = await findFormer(folder, bundle.slug, facts);
      const numbers = facts.slice(former?.has ?? 0).map(({ number }) => number);
      const versions = importOf(services, workspaceId, bundle, { numbers, isOnTop: former !== null });
      await build({ place: join(folder, name), former: former?.path ?? null, versions });
      await removeFormer(folder, name);
      await removeAbandoned(folder);
      await removeUnknownRepositories(services);
    } finally {
      release();
    }
  }

  /** @returns its folder. @throws ReeveError not-supported where git is not installed, too-many-attempts */
  return async function repositoryOf(workspaceId: string, bundle: Bundle): Promise<string> {
    const facts = await listVersionFacts(services.db, workspaceId, bundle.id);
    const folder = repositoriesOf(services.config, bundle.id);
    const path = join(folder, nameFor(bundle.slug, facts));
    if (await isThere(path)) return path;
    const running =
      building.get(path) ?? make(workspaceId, bundle, { folder, facts }).finally(() => building.delete(path));
    building.set(path, running);
    await running;
    return path;
  };
}
