import { type CommandRule, evaluateArgv, ruleSetOfRequirements } from '#server/policies/index.ts';
import { type ReadRules, tellTooMany } from '../check-rules.ts';
import { type Findings, stretchOf, stretchOfLine } from '../findings.ts';
import { isTable, type OpenPolicy, valueAt } from './policy.ts';

const strictness = { allow: 0, prompt: 1, 'prompt-user': 1, forbidden: 2 } as const;
const words = { allow: 'allows', prompt: 'asks', 'prompt-user': 'asks', forbidden: 'forbids' } as const;

/** Commands times rules of the policy: about a second. */
const mostComparisons = 1_000_000;

/** The shortest commands a rule is for, one for each combination of alternatives, a few at most. */
function commandsOf({ pattern }: CommandRule): string[][] {
  const extend = (lines: string[][], choices: readonly string[]): string[][] =>
    lines.flatMap((line) => choices.map((word) => [...line, word])).slice(0, 64);
  return pattern.reduce<string[][]>(extend, [[]]);
}

function checkCommands(files: readonly ReadRules[], policy: OpenPolicy, findings: Findings): void {
  const ofPolicy = ruleSetOfRequirements(policy.values);
  if (ofPolicy.rules.length === 0) return;
  let comparisons = 0;
  for (const { path, text, rules } of files)
    for (const rule of rules.rules) {
      const commands = commandsOf(rule);
      comparisons += commands.length * ofPolicy.rules.length;
      if (comparisons > mostComparisons) {
        tellTooMany(path, rules.rules.length, findings);
        return;
      }
      const stricter = commands
        .map((words_) => ({ words: words_, ...evaluateArgv(ofPolicy, words_, { resolveHostExecutables: true }) }))
        .find(({ decision }) => decision !== null && strictness[decision] > strictness[rule.decision]);
      if (!stricter?.decision) continue;
      findings.add({
        code: 'policy-stricter-rule',
        file: path,
        at: stretchOfLine(text, rule.file?.line ?? 1),
        message: `This rule ${words[rule.decision]} “${stricter.words.join(' ')}”; ${policy.source('rules.prefix_rules')} ${words[stricter.decision]}, and the strictest decides.`,
        fix: 'Remove the rule, or the part that the policy decides.',
      });
    }
}

function isAllowed(host: string, network: Readonly<Record<string, unknown>>): boolean {
  const fits = (pattern: string) =>
    pattern === '*' ||
    pattern === host ||
    (pattern.startsWith('*.') && host.endsWith(pattern.slice(1))) ||
    (pattern.startsWith('**.') && (host === pattern.slice(3) || host.endsWith(pattern.slice(2))));
  const listed = (key: string): string[] => (Array.isArray(network[key]) ? network[key].map(String) : []);
  const domains = isTable(network.domains) ? Object.entries(network.domains) : [];
  const denied = [...listed('denied_domains'), ...domains.filter(([, is]) => is === 'deny').map(([name]) => name)];
  if (denied.some(fits)) return false;
  if (network.managed_allowed_domains_only !== true) return true;
  return [...listed('allowed_domains'), ...domains.filter(([, is]) => is === 'allow').map(([name]) => name)].some(fits);
}

function checkHosts(files: readonly ReadRules[], policy: OpenPolicy, findings: Findings): void {
  const network = valueAt(policy.values, ['experimental_network']);
  if (!isTable(network)) return;
  for (const { path, text, rules } of files)
    for (const { host, decision } of rules.networkRules) {
      if (decision === 'forbidden' || isAllowed(host, network)) continue;
      const from = Math.max(0, text.indexOf(host));
      findings.add({
        code: 'policy-limits-network',
        file: path,
        at: stretchOf(text, from, from + host.length),
        message: `This rule opens ${host}; ${policy.source('experimental_network')} keeps it closed.`,
        fix: 'Remove the rule, or ask for the host to be allowed.',
      });
    }
}

/** Rules of the repository that a policy overrules. */
export function checkRulesUnder(policy: OpenPolicy, files: readonly ReadRules[], findings: Findings): void {
  checkCommands(files, policy, findings);
  checkHosts(files, policy, findings);
}
