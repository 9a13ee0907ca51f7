import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { readPayload } from './kept-payload.ts';

interface Recorded {
  name: string;
  examples: object[];
}

const file = createRequire(import.meta.url).resolve('@octokit/webhooks-examples/api.github.com/index.json');
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Recorded[];
const examplesOf = (name: string) => recorded.find((event) => event.name === name)?.examples ?? [];

test('every delivery that GitHub was recorded to send can be read', () => {
  const unreadable = recorded.flatMap(({ name, examples }) =>
    examples.filter((example) => readPayload(example) === null).map(() => name),
  );
  expect(recorded.length).toBeGreaterThan(40);
  expect(unreadable).toEqual([]);
});

test('of an installation its number is kept', () => {
  for (const name of ['installation', 'installation_repositories'])
    for (const example of examplesOf(name))
      expect(readPayload(example)?.kept.installationId).toBe(
        String((example as { installation: { id: number } }).installation.id),
      );
});

test('of a pull request its place and state are kept, and none of its words', () => {
  const examples = examplesOf('pull_request') as { pull_request: { title: string; number: number } }[];
  expect(examples.length).toBeGreaterThan(5);
  for (const example of examples) {
    const read = readPayload(example);
    expect(read?.kept.pullRequest?.number).toBe(example.pull_request.number);
    expect(JSON.stringify(read)).not.toContain(example.pull_request.title);
  }
});

test.each([
  ['nothing', null],
  ['a text', 'installation'],
  ['an installation without a number', { installation: { id: 'x' } }],
  ['a name that no database keeps', { repository: { id: 1, full_name: 'a\0b' } }],
])('%s is no delivery', (_what, payload) => {
  expect(readPayload(payload)).toBeNull();
});
