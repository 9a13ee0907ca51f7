import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alsoWrites, calledByPlatform, features, platformTables, tablesAnyoneMayRead } from './boundaries.ts';

const root = join(import.meta.dirname, '..');
const roots = ['contract', 'server', 'runner', 'console'] as const;

interface SourceFile {
  /** `server/policies/routes.ts` */
  path: string;
  text: string;
  /** Paths of our own files it imports, and packages by name. */
  imports: string[];
}

const importPattern = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;

function resolveImport(path: string, specifier: string): string {
  if (specifier.startsWith('#')) return specifier.slice(1);
  if (specifier.startsWith('.')) return relative(root, join(root, dirname(path), specifier));
  return specifier;
}

const readSource = (path: string): SourceFile => {
  const text = readFileSync(join(root, path), 'utf8');
  const imports = [...text.matchAll(importPattern)].map(([, specifier = '']) => resolveImport(path, specifier));
  return { path, text, imports };
};

const isTest = (path: string) => /\.(cli\.)?test\.tsx?$/.test(path);
const sources = roots
  .flatMap((folder) => globSync(`${folder}/**/*.{ts,tsx}`, { cwd: root }))
  .filter((path) => !isTest(path) && !path.includes('node_modules'))
  .map(readSource);
const serverSources = sources.filter(({ path }) => path.startsWith('server/'));

type Feature = keyof typeof features;
const isFeature = (name: string | undefined): name is Feature => name !== undefined && name in features;
/** The feature a file of the server belongs to; null for the platform. */
const featureOf = (path: string): Feature | null => {
  const [top, folder] = path.split('/');
  return top === 'server' && isFeature(folder) ? folder : null;
};
const isDirectlyUnderServer = (path: string) => path.split('/').length === 2;

test('there is something to check', () => {
  for (const folder of ['contract', 'server', 'console'])
    expect(sources.filter(({ path }) => path.startsWith(`${folder}/`)).length).toBeGreaterThan(5);
});

/** The commands: `reeve run` is the runner, which this file alone loads. */
const startsRunner = (path: string, to: string) => path === 'server/main.ts' && to === 'runner/run-command.ts';

describe('roots', () => {
  test.each(roots)('%s imports no other root but the contract', (folder) => {
    const others = roots.filter((other) => other !== folder && other !== 'contract');
    const forbidden = folder === 'contract' ? roots.filter((other) => other !== 'contract') : others;
    const found = sources
      .filter(({ path }) => path.startsWith(`${folder}/`))
      .flatMap(({ path, imports }) =>
        imports
          .filter((to) => forbidden.some((other) => to.startsWith(`${other}/`)) && !startsRunner(path, to))
          .map((to) => `${path} → ${to}`),
      );
    expect(found).toEqual([]);
  });

  test('the contract does no input or output', () => {
    const found = sources
      .filter(({ path }) => path.startsWith('contract/'))
      .flatMap(({ path, imports }) => imports.filter((to) => to.startsWith('node:')).map((to) => `${path} → ${to}`));
    expect(found).toEqual([]);
  });

  test('what ships imports nothing of the tests', () => {
    const found = sources.flatMap(({ path, imports }) =>
      imports.filter((to) => to.startsWith('testing/') || isTest(to)).map((to) => `${path} → ${to}`),
    );
    expect(found).toEqual([]);
  });
});

describe('features', () => {
  test('call each other only as boundaries.ts says, and only through index.ts', () => {
    const found = serverSources.flatMap(({ path, imports }) => {
      const from = featureOf(path);
      const allowed: readonly Feature[] = from ? features[from].calls : calledByPlatform;
      return imports.flatMap((to) => {
        const target = featureOf(to);
        if (target === null || target === from) return [];
        if (to !== `server/${target}/index.ts`) return [`${path} reaches past the index: ${to}`];
        // app.ts and the commands put everything together.
        if (isDirectlyUnderServer(path) || path.startsWith('server/commands/')) return [];
        return allowed.includes(target) ? [] : [`${path} may not call ${target}`];
      });
    });
    expect(found).toEqual([]);
  });

  test('do not call in circles', () => {
    const visit = (feature: Feature, trail: readonly Feature[]): string[] => {
      if (trail.includes(feature)) return [[...trail, feature].join(' → ')];
      return features[feature].calls.flatMap((next) => visit(next, [...trail, feature]));
    };
    expect(Object.keys(features).flatMap((feature) => visit(feature as Feature, []))).toEqual([]);
  });

  test('every folder of the server is a feature or the platform', () => {
    const platform = ['backup', 'blobs', 'commands', 'crypto', 'db', 'http', 'jobs', 'log', 'mail', 'stock-client'];
    const folders = new Set(
      serverSources.filter(({ path }) => !isDirectlyUnderServer(path)).map(({ path }) => path.split('/')[1] ?? ''),
    );
    expect([...folders].filter((name) => !isFeature(name) && !platform.includes(name))).toEqual([]);
  });
});

describe('tables', () => {
  const owners = new Map<string, string>(
    Object.entries(features).flatMap(([name, { tables }]) => tables.map((table) => [table, name])),
  );
  const created = globSync('server/db/migrations/*.sql', { cwd: root })
    .flatMap((path) => [...readFileSync(join(root, path), 'utf8').matchAll(/^create table (\w+)/gm)])
    .map(([, table = '']) => table);
  const known: string[] = [...owners.keys(), ...platformTables];

  const namesAfter = (text: string, pattern: RegExp): string[] =>
    [...text.matchAll(pattern)].map(([, table = '']) => table).filter((table) => known.includes(table));
  const writes = (text: string) => [
    ...namesAfter(text, /(?:insertInto|updateTable|deleteFrom)\(\s*'(\w+)/g),
    ...namesAfter(text, /\b(?:insert into|update|delete from)\s+"?(\w+)"?\s/g),
  ];
  const reads = (text: string) => [
    ...namesAfter(text, /(?:selectFrom|[jJ]oin)\(\s*'(\w+)/g),
    // Raw SQL: the keyword, the table, then what can follow a table's name there.
    ...namesAfter(text, /\b(?:from|join)\s+(\w+)(?=\s+(?:\w{1,2}\b|where|on|join|left|group|order)|\s*[`)])/g),
  ];

  test('each table has one owner', () => {
    expect([...known].sort()).toEqual([...created].sort());
    expect(new Set(known).size).toBe(known.length);
  });

  test('are written by their owner only, save for the exceptions with a reason', () => {
    const found = serverSources.flatMap(({ path, text }) => {
      const feature = featureOf(path);
      if (feature === null) return [];
      return writes(text)
        .filter((table) => owners.get(table) !== feature)
        .filter((table) => !alsoWrites.some((also) => also.feature === feature && also.table === table))
        .map((table) => `${path} writes ${table}`);
    });
    expect(found).toEqual([]);
  });

  test('are read by their owner, save for those anyone may read', () => {
    const open: readonly string[] = tablesAnyoneMayRead;
    const found = serverSources.flatMap(({ path, text }) => {
      const feature = featureOf(path);
      if (feature === null) return [];
      return reads(text)
        .filter((table) => owners.get(table) !== feature && !open.includes(table))
        .map((table) => `${path} reads ${table}`);
    });
    expect(found).toEqual([]);
  });

  test('every exception is still needed', () => {
    const unused = alsoWrites.filter(
      ({ feature, table }) =>
        !serverSources.some(({ path, text }) => featureOf(path) === feature && writes(text).includes(table)),
    );
    expect(unused).toEqual([]);
  });

  test('are asked in files that are named for it', () => {
    const found = serverSources
      .filter(({ path, text }) => featureOf(path) !== null && [...writes(text), ...reads(text)].length > 0)
      .map(({ path }) => path)
      .filter((path) => !/(^|[-/])(queries|record|facts|adapter)\.ts$/.test(path));
    expect(found).toEqual([]);
  });
});

test('the runner and its keepers read their environment in one file each, and know no database', () => {
  const found = sources.filter(({ path }) => path.startsWith('runner/'));
  expect(found.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path)).toEqual([
    'runner/config.ts',
    // A program of its own, in a pod.
    'runner/drivers/kubernetes/keeper/keeper-config.ts',
  ]);
  expect(found.flatMap(({ imports }) => imports).filter((to) => /^(pg|kysely|@electric-sql)/.test(to))).toEqual([]);
});

describe('said once', () => {
  test('oRPC is known to the contract, to server/http and to the console alone', () => {
    const found = serverSources
      .filter(({ path }) => !path.startsWith('server/http/'))
      .flatMap(({ path, imports }) => imports.filter((to) => to.startsWith('@orpc/')).map((to) => `${path} → ${to}`));
    expect(found).toEqual([]);
  });

  test('the environment is read in config.ts alone', () => {
    const readers = serverSources.filter(({ text }) => /process\.env\b/.test(text)).map(({ path }) => path);
    expect(readers).toEqual(['server/config.ts']);
  });
});
