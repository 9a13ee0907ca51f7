import { useEffect, useMemo, useRef, useState } from 'react';
import { client } from '#console/api.ts';
import { readToml } from './inline-toml.ts';
import { applyEdits, type Edit, type JsonTable } from './json-value.ts';

interface DocumentEdits {
  /** The values with everything chosen so far, also what the server has not written yet; null: the document is no TOML. */
  values: JsonTable | null;
  edit: (...edits: Edit[]) => void;
  isWriting: boolean;
  error: unknown;
}

/**
 * Puts what is chosen in a form into the text. The server writes it, one batch after the other, because it keeps every other byte of
 * the document; what is typed into the text meanwhile stays.
 */
export function useDocumentEdits(contents: string, onContents: (contents: string) => void): DocumentEdits {
  const [waiting, setWaiting] = useState<Edit[]>([]);
  const [error, setError] = useState<unknown>(null);
  const latest = useRef({ contents, onContents, isWriting: false });
  useEffect(() => {
    latest.current.contents = contents;
    latest.current.onContents = onContents;
  });

  useEffect(() => {
    if (waiting.length === 0 || latest.current.isWriting) return;
    const batch = waiting;
    latest.current.isWriting = true;
    void write(batch, latest)
      .then(() => setError(null), setError)
      .finally(() => {
        latest.current.isWriting = false;
        setWaiting((all) => all.slice(batch.length));
      });
  }, [waiting]);

  const values = useMemo(() => {
    const read = readToml(contents);
    return read && applyEdits(read, waiting);
  }, [contents, waiting]);
  return {
    values,
    edit: (...edits) => setWaiting((all) => [...all, ...edits]),
    isWriting: waiting.length > 0,
    error,
  };
}

interface Latest {
  contents: string;
  onContents: (contents: string) => void;
}

async function write(edits: Edit[], latest: { current: Latest }): Promise<void> {
  const sent = latest.current.contents;
  const answer = await client.policies.edit({ contents: sent, edits });
  if (latest.current.contents !== sent) return write(edits, latest);
  latest.current.contents = answer.contents;
  latest.current.onContents(answer.contents);
}
