import { type CheckpointCopy, type CopyServices, copyName } from './copy-checkpoint.ts';

export async function copyToBlobs({ db, blobs, clock }: CopyServices, copy: CheckpointCopy): Promise<void> {
  const name = `audit/${copyName(copy)}.jws`;
  if (await blobs.get(name)) return;
  const content = [Buffer.from(copy.jws)];
  const written = await blobs.put(name, content).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
    // Left over from a process that ended before it had noted the key.
    await blobs.remove(name);
    return blobs.put(name, content);
  });
  await db.transaction().execute((tx) => blobs.keep(tx, written, clock()));
}
