import { join } from 'node:path';
import process from 'node:process';

/** What every program of ours that a test starts has: where programs are, and what Node made of the sources at an earlier start. */
export const programEnvironment = (): { PATH: string; NODE_COMPILE_CACHE: string } => ({
  PATH: process.env.PATH ?? '',
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/node'),
});
