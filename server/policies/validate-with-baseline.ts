import type { Diagnostic } from '#contract/policy-documents.ts';
import { exclusiveForms } from './check-network.ts';
import { printToml } from './fit-document.ts';
import { mergeRequirements } from './merge-requirements.ts';
import { nodeAt, readToml, type TomlNode } from './read-toml.ts';
import { byPosition, type Finding, type Report, toDiagnostic, writePath } from './report.ts';
import { type ValidationOptions, validateDocument } from './validate-document.ts';

const refuses = 'A client that gets both refuses to start.';

interface Pair {
  policy: TomlNode;
  baseline: TomlNode;
  report: Report;
}

/** In two fragments the client reads the two ways to write a list as one document that uses both. */
function checkForms({ policy, baseline, report }: Pair): void {
  const table = 'experimental_network';
  for (const [newer, older] of exclusiveForms) {
    for (const [mine, theirs] of [
      [newer, older],
      [older, newer],
    ] as const) {
      const node = nodeAt(policy, [table, mine]);
      if (!node || !nodeAt(baseline, [table, theirs])) continue;
      const message = `The baseline writes this list as \`${theirs}\`; \`${mine}\` and \`${theirs}\` cannot be used together. ${refuses}`;
      report({ severity: 'error', code: 'clashes-with-baseline', at: node.key, path: [table, mine], message });
    }
  }
}

function checkHookFolders({ policy, baseline, report }: Pair): void {
  for (const key of ['managed_dir', 'windows_managed_dir']) {
    const node = nodeAt(policy, ['hooks', key]);
    const theirs = nodeAt(baseline, ['hooks', key]);
    if (!node || !theirs || node.value === theirs.value) continue;
    const message = `The baseline has its hooks in another folder (${theirs.found}), and hooks of both run. ${refuses}`;
    report({ severity: 'error', code: 'clashes-with-baseline', at: node, path: ['hooks', key], message });
  }
}

const tables: readonly { path: string[]; isOpen: (entry: TomlNode) => boolean; what: string }[] = [
  { path: ['allowed_permission_profiles'], isOpen: ({ value }) => value === true, what: 'allows the profile' },
  { path: ['mcp_servers'], isOpen: () => true, what: 'allows the server' },
];

/** Tables merge key by key, so one that is meant as the whole list grows. */
function checkGrowth({ policy, baseline, report }: Pair): void {
  for (const { path, isOpen, what } of tables) {
    const list = nodeAt(policy, path);
    if (!list) continue;
    for (const [name, entry] of nodeAt(baseline, path)?.children ?? []) {
      if (list.children.has(name) || !isOpen(entry)) continue;
      const message = `The baseline ${what} \`${name}\`, which is not listed here, and clients add it to this list.`;
      report({ severity: 'warning', code: 'baseline-adds', at: list.key, path, message });
    }
  }
  const domains = ['experimental_network', 'domains'];
  for (const [host, node] of nodeAt(policy, domains)?.children ?? []) {
    if (node.value !== 'allow' || nodeAt(baseline, [...domains, host])?.value !== 'deny') continue;
    const message = `The baseline denies \`${host}\`; the policy stands first, so commands reach it.`;
    report({ severity: 'warning', code: 'baseline-overridden', at: node, path: [...domains, host], message });
  }
}

const errorsOf = (document: string, options: ValidationOptions): Diagnostic[] =>
  validateDocument(document, options).filter(({ severity }) => severity === 'error');

const nameOf = ({ code, keyPath }: Diagnostic): string => `${code} ${keyPath}`;

/** What is wrong with the two together and with neither alone; two ways to write a list are found above. */
function checkMerged(pair: Pair, documents: readonly string[], options: ValidationOptions): void {
  const { policy, baseline, report } = pair;
  const alone = new Set(documents.flatMap((document) => errorsOf(document, options).map(nameOf)));
  const merged = mergeRequirements({ ...(policy.value as object) }, { ...(baseline.value as object) });
  for (const error of errorsOf(printToml(merged), options)) {
    if (error.code === 'two-forms' || alone.has(nameOf(error))) continue;
    const top = [...policy.children].find(([key]) => error.keyPath?.startsWith(writePath([key], policy)));
    const message = `Together with the baseline: ${error.message}`;
    const at = top?.[1].key ?? policy.key;
    report({ severity: 'error', code: 'clashes-with-baseline', at, path: top ? [top[0]] : [], message });
  }
}

/**
 * What a policy and the organisation's baseline under it do to each other, at places of the policy; two good documents can lock people
 * out together. Empty when one of them cannot be read, which `validateDocument` says.
 */
export function validateWithBaseline(
  contents: string,
  baselineContents: string,
  options: ValidationOptions = {},
): Diagnostic[] {
  const policy = readToml(contents).root;
  const baseline = readToml(baselineContents).root;
  if (!policy || !baseline) return [];
  const found: Diagnostic[] = [];
  const report = (finding: Finding): void => void found.push(toDiagnostic(finding, policy));
  const pair = { policy, baseline, report };
  checkForms(pair);
  checkHookFolders(pair);
  checkGrowth(pair);
  checkMerged(pair, [contents, baselineContents], options);
  return found.sort(byPosition);
}
