import { LRUCache } from 'lru-cache';
import type { AccessChanges } from '#server/db/access-changes.ts';
import type { Services } from '#server/services.ts';
import { type PolicyRef, readPublishedDocument } from './delivery-queries.ts';
import { linkJustifications } from './link-justifications.ts';

/** A published revision as it is delivered; a revision never changes once it is published. */
export interface DeliveredDocument extends PolicyRef {
  name: string;
  /** With links to the explanations of its rules, where the author wants them. */
  contents: string;
  defaults: string;
}

const keptBytes = 64 * 1024 * 1024;

async function readDelivered({ db, origin }: Reading, workspaceId: string, ref: PolicyRef): Promise<DeliveredDocument> {
  const row = await readPublishedDocument(db, workspaceId, ref);
  // Both tables were asked: this revision was never published, although a row says that it applies.
  if (!row) throw new Error(`revision ${ref.revision} of policy ${ref.id} is not there`);
  const { number, name, contents, defaults, explainsRules } = row;
  const linked = explainsRules
    ? linkJustifications(contents, { origin, number, revision: ref.revision, name })
    : contents;
  return { ...ref, name, contents: linked, defaults };
}

type Reading = Pick<Services, 'db' | 'origin'>;
type Reader = (workspaceId: string, ref: PolicyRef) => Promise<DeliveredDocument>;

const readers = new WeakMap<AccessChanges, Reader>();

function openReader(services: Reading): Reader {
  const kept = new LRUCache<string, DeliveredDocument>({
    maxSize: keptBytes,
    sizeCalculation: ({ contents, defaults }) => contents.length + defaults.length + 200,
  });
  return async (workspaceId, ref) => {
    const key = `${ref.id}@${ref.revision}`;
    const known = kept.get(key);
    if (known) return known;
    const read = await readDelivered(services, workspaceId, ref);
    kept.set(key, read);
    return read;
  };
}

/** Documents of revisions, from memory when they were read before: nothing has to be forgotten when another revision is published. */
export function deliveredDocuments(services: Reading & Pick<Services, 'changes'>): Reader {
  const reader = readers.get(services.changes) ?? openReader(services);
  readers.set(services.changes, reader);
  return reader;
}
