import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const PackageFile = z.object({ version: z.string() });

/** Reeve's version. */
export const version = PackageFile.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')),
).version;
