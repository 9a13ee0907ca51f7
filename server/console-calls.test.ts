import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scopesCarrying } from '#contract/key-scopes.ts';
import { endpoints } from '../tools/documents/endpoints.ts';

const root = join(import.meta.dirname, '..');
const sources = globSync('console/**/*.{ts,tsx}', { cwd: root })
  .filter((path) => !/\.test\.tsx?$/.test(path))
  .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

interface Operation {
  summary?: string;
  security?: Record<string, string[]>[];
}
const description: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
  readFileSync(join(root, 'docs/generated/openapi.json'), 'utf8'),
);
const operationOf = ({ method, path }: { method: string; path: string }) =>
  description.paths[path.replaceAll('{+', '{')]?.[method.toLowerCase()];

const byName = new Map(endpoints.map((endpoint) => [endpoint.name, endpoint]));

/** All endpoints of a part of the contract: `client.directory.members[action]` may be any of them. */
const under = (part: string) => endpoints.filter(({ name }) => name.startsWith(`${part}.`)).map(({ name }) => name);

/** What the console calls, by the contract's names: `api.policies.set.read.queryOptions(…)`, `client.policies.list({})`. */
const calls = sources.flatMap(({ path, text }) =>
  [...text.matchAll(/(?<![\w./])(?:api|client)\s*\.([a-z]\w*(?:\s*\.\w+)+)/g)].flatMap(([, chain = '']) => {
    const names = chain.split(/\s*\.\s*/);
    const known = names.map((_, at) => names.slice(0, at + 1).join('.')).find((name) => byName.has(name));
    // The key of a whole branch is no call.
    if (known === undefined && /^(key|queryKey)$/.test(names.at(-1) ?? '')) return [];
    const part = under(names.join('.'));
    return (part.length > 0 ? part : [known ?? names.join('.')]).map((name) => ({ path, name }));
  }),
);

describe('everything the console can do, the documented API can do', () => {
  test('its calls are found, and every one is of the contract', () => {
    expect(new Set(calls.map(({ name }) => name)).size).toBeGreaterThan(100);
    expect(calls.filter(({ name }) => !byName.has(name))).toEqual([]);
  });

  test('every call is documented with a summary and who may make it', () => {
    const undocumented = [...new Set(calls.map(({ name }) => name))].filter((name) => {
      const endpoint = byName.get(name);
      const operation = endpoint && operationOf(endpoint);
      return !operation?.summary || (endpoint?.allow !== 'anyone' && !operation.security?.length);
    });
    expect(undocumented).toEqual([]);
  });

  test('nothing goes past the contract', () => {
    const raw = /\bfetch\(|XMLHttpRequest|sendBeacon\(|EventSource\(|WebSocket\(/;
    const direct = sources.filter(({ text }) => raw.test(text));
    expect(direct.map(({ path }) => path)).toEqual(['console/api.ts']);
  });

  test('whatever is done with policies, a key of the workspace can do', () => {
    const policies = endpoints.filter(({ feature }) => feature === 'policies');
    expect(policies.length).toBeGreaterThan(30);
    const forPeopleOnly = policies.filter((endpoint) => {
      const { allow } = endpoint;
      const isCarried = allow !== 'member' && allow !== 'anyone' && scopesCarrying(allow).length > 0;
      return !isCarried || !operationOf(endpoint)?.security?.some((way) => 'key' in way);
    });
    // The page behind a short link is for whoever was stopped; a program reads the policy itself.
    expect(forPeopleOnly.map(({ name }) => name)).toEqual(['policies.explanations.get']);
  });
});
