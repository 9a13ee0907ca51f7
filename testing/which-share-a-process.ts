import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Of a test that changes what the whole process has, or starts programs and kills them. */
const needsItsOwn = /\bvi\.|reeve-program|startProgram|start-program|child_process|process\.(?:env|chdir)|globalThis/;

const root = join(import.meta.dirname, '..');
const roots = ['console', 'contract', 'runner', 'server', 'testing', 'tools'];

/**
 * Test files without a process of their own: a start of the server's modules costs more than most of them take. What a test leaves behind
 * in modules has to be harmless to the next one, as in the server, where no request has a process of its own either.
 * @returns paths below the repository, sorted
 */
export function testsThatShare(): string[] {
  return roots
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.test\.tsx?$/.test(file) && !/\.cli\.test\.ts$|node_modules/.test(file))
    .filter((file) => !needsItsOwn.test(readFileSync(join(root, file), 'utf8')))
    .sort();
}
