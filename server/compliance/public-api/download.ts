import { z } from 'zod';
import { ReeveError } from '#server/fail.ts';
import type { Services } from '#server/services.ts';
import { findLogFile, type LogFileRow } from '../log-files/log-file-queries.ts';

export const downloadPath = '/v1/compliance/downloads';

/** As long as the vendor’s. */
const validSeconds = 300;
const Ticket = z.object({ file: z.string(), workspace: z.string(), until: z.number() });
const purpose = 'compliance-download';

/** An address that gives out one file to whoever has it, for a few minutes. */
export async function signedAddress(
  { signerFor, clock, origin }: Pick<Services, 'signerFor' | 'clock' | 'origin'>,
  { id, workspace_id }: Pick<LogFileRow, 'id' | 'workspace_id'>,
): Promise<string> {
  const until = Math.floor(clock().getTime() / 1000) + validSeconds;
  const ticket: z.infer<typeof Ticket> = { file: id, workspace: workspace_id, until };
  return `${origin}${downloadPath}/${await signerFor(purpose).sign(ticket)}`;
}

/** @throws ReeveError link-invalid, not-found when the file is gone meanwhile */
export async function answerDownload(
  { signerFor, clock, db, blobs }: Pick<Services, 'signerFor' | 'clock' | 'db' | 'blobs'>,
  signed: string,
): Promise<Response> {
  const ticket = Ticket.safeParse(await signerFor(purpose).verify(signed));
  if (!ticket.success || ticket.data.until * 1000 < clock().getTime())
    throw new ReeveError('link-invalid', {}, { message: 'This download has expired. Ask for the log file again.' });
  const file = await findLogFile(db, ticket.data.workspace, ticket.data.file);
  const blob = file && (await blobs.get(file.blob));
  if (!file || !blob) throw new ReeveError('not-found');
  return new Response(ReadableStream.from(blob.content), {
    headers: {
      'content-type': 'application/jsonl',
      'content-length': String(blob.bytes),
      'content-disposition': `attachment; filename="${file.file_name}"`,
      // RFC 9530.
      'repr-digest': `sha-256=:${Buffer.from(blob.sha256, 'hex').toString('base64')}:`,
      'cache-control': 'no-store',
    },
  });
}
