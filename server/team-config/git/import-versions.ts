import type { Services } from '#server/services.ts';
import { bytesOf } from '../files/bundle-sum.ts';
import { withMarker } from '../library/marker.ts';
import { type BundleRow, readPublished } from '../library/queries.ts';

/** Commits are Reeve's: who published is in the console, not in every clone. */
const author = 'Reeve <team-config@reeve.invalid>';
export const branch = 'main';

const line = (text: string): Buffer => Buffer.from(`${text}\n`);
const data = (bytes: Buffer): Buffer[] => [line(`data ${bytes.length}`), bytes, line('')];

/**
 * What `git fast-import` reads: a commit for each version, on one branch, with a tag. The same for the same versions, forever, whether
 * they come all at once or on top of those that are there already.
 */
export async function* importOf(
  { db }: Pick<Services, 'db'>,
  workspaceId: string,
  { id, slug }: Pick<BundleRow, 'id' | 'slug'>,
  { numbers, isOnTop }: { numbers: readonly number[]; isOnTop: boolean },
): AsyncGenerator<Buffer> {
  for (const [index, number] of numbers.entries()) {
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
    if (index === 0 && isOnTop) yield line(`from refs/heads/${branch}^0`);
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
