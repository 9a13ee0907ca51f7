import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { PolicySet } from '#contract/policy-set.ts';
import { folderFiles } from './write-folder.ts';

const key = (name: string): string => name.toLowerCase();

/** The set in the order and with the spelling of groups that the folder has, so that only what matters differs. */
function alignedWith(published: PolicySet, own: PolicySet): PolicySet {
  const inTests = own.policies.flatMap(({ tests }) => tests.flatMap(({ group }) => (group === null ? [] : [group])));
  const spelling = new Map(
    [...inTests, ...own.assignment.order.map(({ group }) => group)].map((name) => [key(name), name]),
  );
  const spelled = (group: string) => spelling.get(key(group)) ?? group;
  const places = new Map(own.policies.map(({ name }, place) => [key(name), place]));
  const placeOf = ({ name }: { name: string }) => places.get(key(name)) ?? places.size;
  const policies = published.policies
    .map((policy) => ({
      ...policy,
      tests: policy.tests.map((test) => ({ ...test, group: test.group === null ? null : spelled(test.group) })),
    }))
    .sort((left, right) => placeOf(left) - placeOf(right));
  const order = published.assignment.order.map(({ group, policy }) => ({ group: spelled(group), policy }));
  return { policies, assignment: { ...published.assignment, order } };
}

/** A unified diff from what is published to the folder, file by file; empty where both are the same. */
export function diffFolder(published: PolicySet, own: PolicySet, slugs: ReadonlyMap<string, string>): string {
  const before = folderFiles(alignedWith(published, own), { slugs });
  const after = folderFiles(own, { slugs });
  const names = [...new Set([...after.keys(), ...before.keys()])];
  const patches = names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => {
      const from = before.has(name) ? `published/${name}` : '/dev/null';
      const to = after.has(name) ? `folder/${name}` : '/dev/null';
      const texts = [before.get(name) ?? '', after.get(name) ?? ''] as const;
      return createTwoFilesPatch(from, to, ...texts, undefined, undefined, {
        context: 3,
        headerOptions: FILE_HEADERS_ONLY,
      });
    });
  return patches.join('');
}
