import { Document, isMap, visit } from 'yaml';
import type { PolicySet } from '#contract/policy-set.ts';
import { type AssignmentFile, assignmentFile, fileOf, Slug, writeTest } from './folder-format.ts';

function slugFrom(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase();
  return (
    plain
      .replaceAll(/[^a-z0-9]+/g, '-')
      .slice(0, 60)
      .replaceAll(/^-+|-+$/g, '') || 'policy'
  );
}

/** One file name for each policy; those that have one keep it, so that a name alone moves no file. */
function giveSlugs(names: readonly string[], kept: ReadonlyMap<string, string>): Map<string, string> {
  const keptByName = new Map([...kept].map(([name, slug]) => [name.toLowerCase(), slug]));
  const slugs = new Map<string, string>();
  const taken = new Set<string>();
  const give = (name: string, slug: string) => {
    slugs.set(name, slug);
    taken.add(slug);
  };
  for (const name of names) {
    const slug = keptByName.get(name.toLowerCase());
    if (slug !== undefined && !taken.has(slug) && Slug.safeParse(slug).success) give(name, slug);
  }
  for (const name of names.filter((unnamed) => !slugs.has(unnamed))) {
    const first = slugFrom(name);
    let slug = first;
    for (let count = 2; taken.has(slug); count += 1) slug = `${first}-${count}`;
    give(name, slug);
  }
  return slugs;
}

/** Each rule of the order and each test on a line of its own, whatever its length. */
function writeYaml(value: unknown, { oneLine }: { oneLine: (path: readonly unknown[]) => boolean }): string {
  const document = new Document(value);
  visit(document, {
    Map(_key, node, path) {
      if (isMap(node) && oneLine(path)) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}

/** The files of a folder that holds this set, by name. Documents are not touched: they are written byte for byte. */
export function folderFiles(
  { policies, assignment }: PolicySet,
  { slugs: kept = new Map() }: { slugs?: ReadonlyMap<string, string> } = {},
): Map<string, string> {
  const slugs = giveSlugs(
    policies.map(({ name }) => name),
    kept,
  );
  const slugOf = (name: string) => slugs.get(name) ?? slugFrom(name);
  const written: AssignmentFile = {
    policies: Object.fromEntries(
      policies.map(({ name, contact, explainsRules }) => [
        slugOf(name),
        {
          name,
          ...(contact !== '' && { contact }),
          ...(explainsRules && { explainsRules }),
        } as AssignmentFile['policies'][string],
      ]),
    ),
    order: assignment.order.map(({ group, policy }) => ({ group, policy: slugOf(policy) })),
    fallback: assignment.fallback === null ? null : slugOf(assignment.fallback),
    baseline: assignment.baseline === null ? null : slugOf(assignment.baseline),
  };
  const files = new Map([[assignmentFile, writeYaml(written, { oneLine: (path) => path.length === 4 })]]);
  for (const { name, contents, defaults, tests } of policies) {
    const slug = slugOf(name);
    files.set(fileOf(slug, 'contents'), contents);
    if (defaults !== '') files.set(fileOf(slug, 'defaults'), defaults);
    if (tests.length > 0) files.set(fileOf(slug, 'tests'), writeYaml(tests.map(writeTest), { oneLine: () => false }));
  }
  return files;
}
