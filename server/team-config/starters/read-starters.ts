import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Starter } from '#contract/team-config-bundles.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import { ReeveError } from '#server/fail.ts';
import { sortedByPath } from '../library/bundle-files.ts';

/** In the order in which they are offered; the files are in the folder of the same name, and what all of them have in `every`. */
const known: readonly Pick<Starter, 'id' | 'name' | 'description'>[] = [
  {
    id: 'any',
    name: 'Any language (safe defaults)',
    description:
      'A sandbox that writes in the workspace only, rules against losing work, and a skill that reviews a change.',
  },
  {
    id: 'typescript',
    name: 'TypeScript and Node.js',
    description: 'Checks with the scripts of package.json, no publishing and no new package without a question.',
  },
  {
    id: 'python',
    name: 'Python',
    description: 'Tests, types and format with the tools that the project has, in its own virtual environment.',
  },
  { id: 'go', name: 'Go', description: 'Vet, tests with the race detector, and tidy modules.' },
  { id: 'rust', name: 'Rust', description: 'Cargo check, clippy, tests and format; nothing is published.' },
  { id: 'jvm', name: 'Java and Kotlin', description: 'Gradle or Maven, through the wrapper of the project.' },
];

const root = import.meta.dirname;

function readFolder(id: string): BundleFile[] {
  const folder = join(root, id);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map((entry): BundleFile => {
    const place = join(entry.parentPath, entry.name);
    const content = readFileSync(place, 'utf8');
    // By their first line: a copy of the sources may have lost its modes.
    const executable = content.startsWith('#!') || (statSync(place).mode & 0o111) !== 0;
    return { path: place.slice(folder.length + 1).replaceAll('\\', '/'), content, encoding: 'utf8', executable };
  });
}

let read: readonly Starter[] | undefined;

/** Beginnings of a bundle, with their files; read once. */
export function readStarters(): readonly Starter[] {
  read ??= known.map((starter) => ({
    ...starter,
    files: sortedByPath([...readFolder('every'), ...readFolder(starter.id)]),
  }));
  return read;
}

/** @throws ReeveError not-found */
export function requireStarter(id: string): Starter {
  const starter = readStarters().find((each) => each.id === id);
  if (!starter) throw new ReeveError('not-found', { starterId: id });
  return starter;
}
