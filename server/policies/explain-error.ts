import type { z } from 'zod';
import type { policyLookUp } from '#contract/policy-delivery.ts';
import type { Database } from '#server/db/open-database.ts';
import {
  type KeptRevision,
  listRevisionsHolding,
  listRevisionsNumbered,
  readRevisionByNumber,
} from './explanation-queries.ts';
import { readExplanationCode } from './link-justifications.ts';
import { fragmentId } from './name-fragments.ts';
import { type ClientError, readClientError } from './read-client-error.ts';
import { nodeAt, readToml, type TomlNode } from './read-toml.ts';
import { writePath } from './report.ts';

type Explained = z.infer<NonNullable<(typeof policyLookUp.error)['~orpc']['outputSchema']>>;
type Located = Explained['policies'][number];

/** So many versions are looked at; more would tell nobody anything. */
const searched = 1_000;
const told = 20;
const excerptLines = 12;

/** What a setting of a person is called in a policy; the first that stands in the document. */
const policyKeys: Readonly<Record<string, readonly string[]>> = {
  approval_policy: ['allowed_approval_policies'],
  approvals_reviewer: ['allowed_approvals_reviewers'],
  sandbox_mode: ['allowed_sandbox_modes', 'allowed_permission_profiles'],
  permission_profile: ['allowed_permission_profiles', 'allowed_sandbox_modes'],
  default_permissions: ['default_permissions', 'allowed_permission_profiles'],
  web_search: ['allowed_web_search_modes'],
  web_search_mode: ['allowed_web_search_modes'],
};

function locate(revision: KeptRevision, path: readonly string[] | null): Located {
  const { policyId: id, name, isCurrent, contents } = revision;
  const known = { id, name, revision: revision.revision, isCurrent };
  const { root } = readToml(contents);
  const node = root && path && nodeAt(root, path);
  if (!node) return { ...known, keyPath: null, line: null, excerpt: null };
  return { ...known, keyPath: writePath(path, root), line: node.key.from.line, excerpt: excerptOf(contents, node) };
}

function excerptOf(contents: string, node: TomlNode): string {
  const ends = [node, ...[...node.children.values()]].map(({ span }) => span.to.line);
  const last = Math.min(Math.max(...ends), node.key.from.line + excerptLines - 1);
  return contents
    .split(/\r?\n/)
    .slice(node.key.from.line - 1, last)
    .join('\n');
}

const pathOfField = ({ contents }: KeptRevision, field: string): readonly string[] | null => {
  const { root } = readToml(contents);
  const candidates = [...(policyKeys[field] ?? []), field].map((key) => key.split('.'));
  return candidates.find((path) => root && nodeAt(root, path)) ?? null;
};

/** Rules whose justification is or contains these words. */
function rulesSaying({ contents }: KeptRevision, words: string): string[][] {
  const { root } = readToml(contents);
  const rules = root && nodeAt(root, ['rules', 'prefix_rules']);
  return [...(rules?.children.entries() ?? [])]
    .filter(([, rule]) => {
      const said = rule.children.get('justification')?.value;
      return typeof said === 'string' && said.replaceAll(/\s+/g, ' ').trim() === words;
    })
    .map(([index]) => ['rules', 'prefix_rules', index]);
}

async function byLinks(db: Database, workspaceId: string, { codes }: ClientError): Promise<Located[]> {
  const located: Located[] = [];
  for (const code of codes.slice(0, told)) {
    const place = readExplanationCode(code);
    const found = place && (await readRevisionByNumber(db, workspaceId, place));
    if (found) located.push(locate(found, ['rules', 'prefix_rules', String(place.ruleIndex)]));
  }
  return located;
}

async function bySource(db: Database, workspaceId: string, { source, field }: ClientError): Promise<Located[]> {
  const revision = /-r(\d{1,9})(?:-baseline)?$/.exec(source?.id ?? '')?.[1];
  if (!source || revision === undefined) return [];
  const rows = await listRevisionsNumbered(db, workspaceId, Number(revision), searched);
  const id = source.id.replace(/-baseline$/, '');
  const same = rows.filter((row) => fragmentId(row) === id);
  const named = same.filter(({ name }) => name === source.name);
  return (named.length > 0 ? named : same)
    .slice(0, told)
    .map((row) => locate(row, field === null ? null : pathOfField(row, field)));
}

/** A long word of the justification narrows down what is read; escapes in the document may hide any of them. */
async function byJustification(db: Database, workspaceId: string, { justification }: ClientError): Promise<Located[]> {
  if (justification === null) return [];
  const generated = /^Policy “(.+)” decides this\.$/.exec(justification)?.[1];
  const words = justification.split(/\s+/).filter((word) => /^[\w.,:;!?'-]+$/.test(word));
  const [longest = ''] = words.sort((left, right) => right.length - left.length);
  if (generated !== undefined || longest === '') return [];
  const rows = await listRevisionsHolding(db, workspaceId, longest, searched);
  const found = rows.flatMap((row) => rulesSaying(row, justification).map((path) => locate(row, path)));
  const seen = new Set<string>();
  return found
    .filter(({ id, keyPath, isCurrent }) => {
      const key = `${id} ${keyPath}`;
      if (!isCurrent && seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .slice(0, told);
}

/** What a message that somebody pasted comes from: which policies, and where in them. */
export async function explainError(db: Database, workspaceId: string, text: string): Promise<Explained> {
  const read = readClientError(text);
  if (read.source?.id === 'reeve')
    return {
      kind: read.kind,
      policies: [],
      sentence: `Reeve itself pins this${read.field === null ? '' : ` (\`${read.field}\`)`}, so that model calls go through the gateway under the policy; no policy can change it. The member can remove the value from their configuration.`,
    };
  const linked = await byLinks(db, workspaceId, read);
  const policies = linked.length > 0 ? linked : await bySource(db, workspaceId, read);
  const located = policies.length > 0 ? policies : await byJustification(db, workspaceId, read);
  const isFound = located.length > 0 || !['policy', 'rule'].includes(read.kind) || read.source === null;
  const missing = ` No version of a policy here is called “${read.source?.name}” (${read.source?.id}): it may come from another server or from a file on the machine.`;
  return { kind: read.kind, sentence: read.sentence + (isFound ? '' : missing), policies: located };
}
