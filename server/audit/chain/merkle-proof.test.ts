import { hash } from 'node:crypto';
import { expect, test } from 'vitest';
import { consistencyProof, inclusionPath, isConsistent, rootOfInclusion } from './merkle-proof.ts';
import { emptyRoot, GrowingTree, leafHash, nodeHash } from './merkle-tree.ts';

const links = Array.from({ length: 70 }, (_, index) => hash('sha256', String(index), 'hex'));

/** MTH of RFC 9162 §2.1.1, word for word. */
function mth(leaves: readonly string[]): Buffer {
  const [only] = leaves;
  if (only !== undefined && leaves.length === 1) return leafHash(only);
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(mth(leaves.slice(0, k)), mth(leaves.slice(k)));
}
const rootOf = (size: number) => (size === 0 ? emptyRoot : mth(links.slice(0, size)).toString('hex'));
const subtree = async (level: number, index: number) => mth(links.slice(index * 2 ** level, (index + 1) * 2 ** level));

test('the growing tree has the roots of RFC 9162', () => {
  const tree = new GrowingTree();
  expect(tree.root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  for (const [index, link] of links.entries()) {
    tree.append(link);
    expect(tree.root()).toBe(rootOf(index + 1));
  }
});

test('each link proves that it is in each tree, and no other one does', async () => {
  for (const size of [1, 2, 3, 7, 8, 9, 31, 32, 33, 70])
    for (let index = 0; index < size; index++) {
      const path = await inclusionPath(subtree, index, size);
      const link = links[index] ?? '';
      expect(rootOfInclusion(link, index, size, path)).toBe(rootOf(size));
      const other = links[(index + 1) % links.length] ?? '';
      expect(rootOfInclusion(other, index, size, path)).not.toBe(rootOf(size));
      expect(rootOfInclusion(link, index, size, [...path, path[0] ?? other])).not.toBe(rootOf(size));
      if (size > 1) expect(rootOfInclusion(link, (index + 1) % size, size, path)).not.toBe(rootOf(size));
    }
  expect(rootOfInclusion(links[0] ?? '', 5, 5, [])).toBe(null);
});

test('a later tree proves that it begins with an earlier one, and with no other', async () => {
  for (const size of [1, 2, 3, 7, 8, 9, 31, 33, 70])
    for (let older = 0; older <= size; older++) {
      const proof = await consistencyProof(subtree, older, size);
      const newer = { size, root: rootOf(size) };
      expect(isConsistent({ size: older, root: rootOf(older) }, newer, proof)).toBe(true);
      expect(isConsistent({ size: older, root: rootOf(69) }, newer, proof)).toBe(older === 69);
      if (older > 0 && older < size)
        expect(isConsistent({ size: older, root: rootOf(older) }, { size, root: emptyRoot }, proof)).toBe(false);
    }
});
