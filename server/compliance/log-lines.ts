import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { BlobStore } from '#server/blobs/open-blobs.ts';

/** The lines of a sealed log file, without their ends. @throws BlobUnreadable, Error when there is no such file */
export async function* logLines({ blobs }: { blobs: BlobStore }, name: string): AsyncGenerator<string> {
  const file = await blobs.get(name);
  if (!file) throw new Error(`the log file ${name} is not in the blob store`);
  const lines = createInterface({ input: Readable.from(file.content), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if (line !== '') yield line;
}

interface Line {
  actor?: { user_id?: unknown };
  principal?: unknown;
  identity?: { user_id?: unknown };
  payload?: { identity?: { user_id?: unknown } };
}

/** Whose a line is; null: of no member. */
export function personOfLine(record: Line): string | null {
  const id = record.actor?.user_id ?? record.payload?.identity?.user_id;
  return typeof id === 'string' ? id : null;
}

/** The members whose lines a file holds. */
export async function peopleIn(services: { blobs: BlobStore }, name: string): Promise<string[]> {
  const people = new Set<string>();
  for await (const line of logLines(services, name)) {
    const person = personOfLine(JSON.parse(line) as Line);
    if (person !== null) people.add(person);
  }
  return [...people].sort();
}
