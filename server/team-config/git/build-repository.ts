import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import canonicalize from 'canonicalize';
import type { Services } from '#server/services.ts';
import { bytesOf } from '../library/file-bytes.ts';
import { withMarker } from '../library/marker.ts';
import { type BundleRow, listVersionFacts, readPublished } from '../library/queries.ts';
import { runGit } from './git-program.ts';

type BuildingServices = Pick<Services, 'db' | 'config'>;
type Bundle = Pick<BundleRow, 'id' | 'slug'>;

/** One more whenever what commits are made of changes. */
const format = 1;
/** Commits are Reeve's: who published is in the console, not in every clone. */
const author = 'Reeve <team-config@reeve.invalid>';
const branch = 'main';

const line = (text: string): Buffer => Buffer.from(`${text}\n`);
const data = (bytes: Buffer): Buffer[] => [line(`data ${bytes.length}`), bytes, line('')];

/** What `git fast-import` reads: a commit for each version, on one branch, with a tag. The same for the same versions, forever. */
async function* importOf(
  { db }: BuildingServices,
  workspaceId: string,
  { id, slug }: Bundle,
  numbers: readonly number[],
): AsyncGenerator<Buffer> {
  for (const number of numbers) {
    const version = await readPublished(db, workspaceId, id, number);
    if (!version) throw new Error(`version ${number} of bundle ${id} is not there`);
    const seconds = Math.floor(version.publishedAt.getTime() / 1000);
    const title = `${version.name} v${number}`;
    const message = version.message === '' ? `${title}\n` : `${title}\n\n${version.message}\n`;
    yield line(`commit refs/heads/${branch}`);
    yield line(`mark :${number}`);
    yield line(`author ${author} ${seconds} +0000`);
    yield line(`committer ${author} ${seconds} +0000`);
    yield* data(Buffer.from(message));
    yield line('deleteall');
    for (const file of withMarker({ ...version, slug })) {
      yield line(`M ${file.executable ? '100755' : '100644'} inline ${file.path}`);
      yield* data(bytesOf(file));
    }
    yield line(`reset refs/tags/v${number}`);
    yield line(`from :${number}`);
    yield line('');
  }
  yield line('done');
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Builds beside its place and moves it there whole: what is in place is complete, whoever else builds the same. */
async function build(place: string, stream: AsyncIterable<Buffer>): Promise<void> {
  const folder = join(place, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = await mkdtemp(join(folder, 'building-'));
  try {
    await runGit(['init', '--quiet', '--bare', '--template=', `--initial-branch=${branch}`, draft], { cwd: folder });
    await runGit(['fast-import', '--quiet', '--done', '--date-format=raw'], { cwd: draft, input: stream });
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

/** Where repositories are made: all of it can be made again from the database. */
export const gitFolder = 'team-config-git';

/**
 * A bare repository with every version of a bundle; made when it is not there. Its name says what is in it, so that a repository of
 * other versions, as after a restored backup, is never served for it.
 */
export function openRepositories(services: BuildingServices) {
  const building = new Map<string, Promise<void>>();

  async function place(
    workspaceId: string,
    bundle: Bundle,
  ): Promise<{ folder: string; name: string; numbers: number[] }> {
    const facts = await listVersionFacts(services.db, workspaceId, bundle.id);
    const sum = createHash('sha256')
      .update(
        canonicalize({
          format,
          slug: bundle.slug,
          facts: facts.map((each) => ({ ...each, publishedAt: each.publishedAt.toISOString() })),
        }) ?? '',
      )
      .digest('hex');
    const numbers = facts.map(({ number }) => number);
    const folder = join(services.config.dataFolder, gitFolder, bundle.id);
    return { folder, name: `v${numbers.at(-1) ?? 0}-${sum.slice(0, 16)}.git`, numbers };
  }

  /** @returns its folder. @throws ReeveError not-supported where git is not installed */
  return async function repositoryOf(workspaceId: string, bundle: Bundle): Promise<string> {
    const { folder, name, numbers } = await place(workspaceId, bundle);
    const path = join(folder, name);
    if (await isThere(path)) return path;
    const running =
      building.get(path) ??
      build(path, importOf(services, workspaceId, bundle, numbers))
        .then(() => removeFormer(folder, name))
        .then(() => removeAbandoned(folder))
        .finally(() => building.delete(path));
    building.set(path, running);
    await running;
    return path;
  };
}
