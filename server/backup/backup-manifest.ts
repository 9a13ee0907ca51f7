import { z } from 'zod';

/** Closes every backup; a file without it was cut short. */
export const manifestName = 'manifest.json';
export const databasePart = 'database.tar.gz';
export const filesPrefix = 'files/';

/** A relative path below `files/` that cannot lead out of the folder it is unpacked into. */
export const isSafePart = (path: string): boolean =>
  path === databasePart ||
  (path.startsWith(filesPrefix) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\\')));

export const BackupManifest = z.object({
  format: z.literal('reeve-backup'),
  formatVersion: z.literal(1),
  version: z.string(),
  createdAt: z.iso.datetime(),
  engine: z.enum(['pglite', 'postgres']),
  /** With it, whoever has the file can read every stored secret and pass for the server. */
  includesKeys: z.boolean(),
  parts: z.array(z.object({ path: z.string().refine(isSafePart), bytes: z.number(), sha256: z.string() })),
});
export type BackupManifest = z.infer<typeof BackupManifest>;
