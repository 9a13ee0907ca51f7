import { createHash } from 'node:crypto';
import type { Bundle } from '#contract/team-config-bundles.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import type { Person } from '#testing/organisation.ts';

const file = (path: string, content: string, executable = false): BundleFile => ({
  path,
  content,
  encoding: 'utf8',
  executable,
});

const config = (model: string) => `# What every service of ours starts with.
model = "${model}"
approval_policy = "on-request"
sandbox_mode = "workspace-write"

[sandbox_workspace_write]
network_access = false
`;

const rules = `prefix_rule(
    pattern = ["git", "push"],
    decision = "prompt",
    justification = "A person looks at what leaves the machine.",
)
`;

const skill = `---
name: review-migrations
description: Use before a database migration is merged; looks for locks, missing defaults and a way back.
---

# Review migrations

1. Read every file under \`migrations/\` that the change adds.
2. Say which statements lock a table, and for how long.
3. Write the statements that undo them.

\`\`\`sh
npm run migrate -- --dry-run
\`\`\`
`;

const wideConfig = 'model = "corp-model"\nmodel_verbosity = "low"\n';

const first = [file('.codex/config.toml', config('corp-model')), file('.codex/rules/default.rules', rules)];
const second = [...first, file('.codex/skills/review-migrations/SKILL.md', skill)];
const third = [
  file('.codex/config.toml', `${config('corp-model')}\n[features]\nmemories = true\n`),
  ...second.slice(1),
  file('.codex/skills/review-migrations/locks.sh', '#!/bin/sh\ngrep -rn "ALTER TABLE" migrations\n', true),
];

async function saved({ api }: Person, { id, draftVersion }: Bundle, files: BundleFile[]): Promise<number> {
  const { bundle } = await api.teamConfig.saveDraft({ id, expectedDraft: draftVersion, files });
  if (bundle.draftVersion === null) throw new Error('a draft that was just saved is not there');
  return bundle.draftVersion;
}

async function publish(person: Person, bundle: Bundle, version: { files: BundleFile[]; message: string }) {
  const expectedDraft = await saved(person, bundle, version.files);
  const published = await person.api.teamConfig.publish({ id: bundle.id, expectedDraft, message: version.message });
  return published;
}

/** What a repository says about itself: the version that its files are of, or that somebody changed them. */
async function report({ api }: Person, repository: string, of: { slug: string; version: number; sha256: string }) {
  const commit = createHash('sha1').update(repository).digest('hex');
  await api.teamConfig.report({
    repository: `github.com/example/${repository}`,
    commit,
    folders: [{ folder: '', bundles: [of] }],
  });
}

/** Two bundles with subscribers and repositories that are current, behind and changed, and one that is only begun. */
export async function addExampleBundles(
  owner: Person,
  groups: { engineering: string; contractors: string },
): Promise<{ services: string }> {
  const { api } = owner;
  const { bundle } = await api.teamConfig.create({
    name: 'TypeScript services',
    description: 'For the services of the shop: asks before pushes, and reviews migrations.',
  });
  const one = await publish(owner, bundle, { files: first, message: 'Asks before pushes.' });
  const two = await publish(owner, one.bundle, { files: second, message: 'A skill that reviews migrations.' });
  await saved(owner, two.bundle, third);
  await api.teamConfig.subscribe({ id: bundle.id, groupId: groups.engineering, version: null });
  await api.teamConfig.subscribe({ id: bundle.id, groupId: groups.contractors, version: 1 });
  const { slug } = bundle;
  for (const repository of ['shop', 'billing', 'search'])
    await report(owner, repository, { slug, version: 2, sha256: two.version.sha256 });
  await report(owner, 'warehouse', { slug, version: 1, sha256: one.version.sha256 });
  await report(owner, 'checkout', { slug, version: 2, sha256: 'c'.repeat(64) });
  const { bundle: wide } = await api.teamConfig.create({
    name: 'Every repository',
    description: 'What is the same everywhere.',
  });
  await publish(owner, wide, { files: [file('.codex/config.toml', wideConfig)], message: 'The beginning.' });
  await api.teamConfig.create({ name: 'Python jobs', description: 'For the nightly jobs.', starterId: 'python' });
  return { services: bundle.id };
}
