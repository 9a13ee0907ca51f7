import { Readable } from 'node:stream';
import { record } from '#server/audit/index.ts';
import { hashToken } from '#server/crypto/token-hash.ts';
import { ReeveError } from '#server/fail.ts';
import type { Dialect, WireCall } from '#server/http/wire-routes.ts';
import type { Services } from '#server/services.ts';
import { useLink } from './export-queries.ts';
import { exportActor, exportPath } from './exports.ts';

type FetchServices = Pick<Services, 'db' | 'clock' | 'blobs'>;

async function fetchExport({ db, clock, blobs }: FetchServices, { c, ip }: WireCall): Promise<Response> {
  // Whoever only looks what is there, as previews of links do, does not use it up.
  if (c.req.method === 'HEAD') throw new ReeveError('not-found');
  const token = c.req.param('token') ?? '';
  // Used before the first byte leaves: two who have the link do not both get it.
  const row = await db.transaction().execute(async (tx) => {
    const at = clock();
    const used = await useLink(tx, hashToken(token), at);
    if (!used) return null;
    const subject = { kind: 'member', id: used.member_id, label: used.member_label };
    await record(tx, { ...exportActor(used), ip }, 'person-export.fetched', { at, subject, exportId: used.id });
    return used;
  });
  const file = row?.blob ? await blobs.get(row.blob) : null;
  if (!row || !file)
    throw new ReeveError(
      'not-found',
      {},
      { message: 'This link was used already or has ended. Make another on the Compliance page.' },
    );
  return new Response(Readable.toWeb(Readable.from(file.content)) as ReadableStream, {
    headers: {
      'content-type': 'application/x-tar',
      'content-length': String(file.bytes),
      'content-disposition': `attachment; filename="reeve-${row.member_id}.tar"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

/** The one download of an export: a plain link, so that a browser saves the file. */
export const personExportDialect = (services: FetchServices): Dialect => ({
  name: 'person exports',
  routes: [
    {
      method: 'GET',
      path: `${exportPath}/:token`,
      allow: 'anyone',
      summary: 'Everything about a person, once, with a link that ends after five minutes',
      handle: (call) => fetchExport(services, call),
    },
  ],
  renderError: (error) =>
    Response.json({ error: { code: error.code, message: error.message } }, { status: error.status }),
});
