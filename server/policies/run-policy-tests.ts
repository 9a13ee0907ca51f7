import { isDeepStrictEqual } from 'node:util';
import type { PolicyTest, PolicyTestResult } from '#contract/policies.ts';
import { judgeRules } from './judge-contents.ts';
import { openDocument } from './open-document.ts';
import type { TomlNode } from './read-toml.ts';
import { resolvePolicy } from './resolve-policy.ts';
import { readTomlPath, readTomlValue } from './toml-fragments.ts';

/** The order that tests of groups are resolved in, with the names to say what happened. */
export interface TestedOrder {
  assignments: readonly { groupId: string; policyId: string }[];
  fallbackPolicyId: string | null;
  policyNames: ReadonlyMap<string, string>;
  groupNames: ReadonlyMap<string, string>;
}

export interface TestedPolicy {
  /** Null: one that was not saved yet. */
  policyId: string | null;
  contents: string;
  tests: readonly PolicyTest[];
}

type Finding = Pick<PolicyTestResult, 'passed' | 'found'>;

const said = { prompt: 'asks first', forbidden: 'is forbidden', 'no-rule': 'meets no rule' } as const;
const verbs = { is: 'is', contains: 'contains', lacks: 'lacks' } as const;

function whatIsExpected(test: PolicyTest): string {
  if (test.kind === 'command') return `\`${test.command}\` ${said[test.expect]}`;
  return `\`${test.key}\` ${verbs[test.expect]} ${test.value.trim()}`;
}

function sentenceOf(test: PolicyTest, groupNames: ReadonlyMap<string, string>): string {
  const expected = whatIsExpected(test);
  if (test.groupId === null) return expected;
  return `For somebody in *${groupNames.get(test.groupId) ?? 'a deleted group'}*, ${expected}`;
}

async function checkCommand(root: TomlNode, test: Extract<PolicyTest, { kind: 'command' }>): Promise<Finding> {
  const { decision, parts } = await judgeRules(root.value, test.command);
  const outcome = decision === 'prompt-user' ? 'prompt' : (decision ?? 'no-rule');
  const because = parts.find((part) => part.decision === decision && part.rule !== null);
  const rule = because ? ` (rule ${(because.rule ?? 0) + 1}: \`${because.matchedPrefix.join(' ')}\`)` : '';
  return { passed: outcome === test.expect, found: `\`${test.command}\` ${said[outcome]}${rule}.` };
}

/** Clients search nothing where they are told so, whatever else a policy lists. */
const alwaysAllowed: Readonly<Record<string, string>> = { allowed_web_search_modes: 'disabled' };

function checkList(key: string, expect: 'contains' | 'lacks', wanted: unknown, node: TomlNode | null): Finding {
  if (!node) {
    const found = `\`${key}\` is not set, so clients allow everything.`;
    return { passed: expect === 'contains', found };
  }
  if (!Array.isArray(node.value)) return { passed: false, found: `\`${key}\` is ${node.found}, not a list.` };
  if (alwaysAllowed[key] === wanted) {
    const found = `Clients always allow ${JSON.stringify(wanted)} here, whether it is listed or not.`;
    return { passed: expect === 'contains', found };
  }
  const isIn = node.value.some((item) => isDeepStrictEqual(item, wanted));
  const found = `\`${key}\` ${isIn ? 'contains' : 'lacks'} ${JSON.stringify(wanted)}.`;
  return { passed: isIn === (expect === 'contains'), found };
}

function checkSetting(root: TomlNode, { key, expect, value }: Extract<PolicyTest, { kind: 'setting' }>): Finding {
  const path = readTomlPath(key);
  if (!path) return { passed: false, found: `\`${key}\` is not a key. Write it with dots, as in TOML.` };
  const wanted = readTomlValue(value);
  if (!wanted)
    return { passed: false, found: `${value} is no value that a policy can hold. Put text in quotation marks.` };
  let node: TomlNode | undefined = root;
  for (const name of path) node = node?.children.get(name);
  if (expect !== 'is') return checkList(key, expect, wanted.value, node ?? null);
  if (!node) return { passed: false, found: `\`${key}\` is not set.` };
  const written = node.range === null ? node.found : JSON.stringify(node.value);
  return { passed: isDeepStrictEqual(node.value, wanted.value), found: `\`${key}\` is ${written}.` };
}

const checkDocument = async (root: TomlNode, test: PolicyTest): Promise<Finding> =>
  test.kind === 'command' ? checkCommand(root, test) : checkSetting(root, test);

/** Red at once where somebody else's policy decides for the group; else what to say before the finding. */
function resolveGroup(
  groupId: string,
  policyId: string | null,
  { assignments, fallbackPolicyId, policyNames, groupNames }: TestedOrder,
): { other: string } | { remark: string } {
  if (!groupNames.has(groupId)) return { other: 'This group was deleted. Take the test out, or choose another group.' };
  const isInOrder = fallbackPolicyId === policyId || assignments.some((assignment) => assignment.policyId === policyId);
  if (policyId === null || !isInOrder)
    return { remark: 'Nobody gets this policy yet, so the document alone was judged. ' };
  const decided = resolvePolicy(assignments, new Set([groupId]), fallbackPolicyId);
  if (decided.policyId === policyId) return { remark: '' };
  if (decided.policyId === null) return { other: 'No policy applies to this group.' };
  const name = policyNames.get(decided.policyId) ?? decided.policyId;
  return { other: `“${name}” decides for this group, not this policy.` };
}

/** Each test against the document, as it would be once published. Pure: the same document and order give the same results. */
export async function runPolicyTests(
  { policyId, contents, tests }: TestedPolicy,
  order: TestedOrder,
): Promise<PolicyTestResult[]> {
  const { root, refusal } = openDocument(contents);
  const unread: Finding = { passed: false, found: refusal?.[0]?.message ?? '' };
  const results: PolicyTestResult[] = [];
  for (const test of tests) {
    const sentence = sentenceOf(test, order.groupNames);
    const resolved = test.groupId === null ? { remark: '' } : resolveGroup(test.groupId, policyId, order);
    if ('other' in resolved) {
      results.push({ test, sentence, passed: false, found: resolved.other });
      continue;
    }
    const { passed, found } = root ? await checkDocument(root, test) : unread;
    results.push({ test, sentence, passed, found: resolved.remark + found });
  }
  return results;
}
