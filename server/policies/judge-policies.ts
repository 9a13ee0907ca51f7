import { setImmediate } from 'node:timers/promises';
import type { Diagnostic, PolicyTestResult } from '#contract/policies.ts';
import { diagnose, type PartDiagnostic } from './check-publication.ts';
import type { PolicyChange } from './compare-policy-set.ts';
import { runPolicyTests, type TestedOrder } from './run-policy-tests.ts';

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export interface JudgedPolicy extends PolicyChange {
  diagnostics: PartDiagnostic[];
  tests: PolicyTestResult[];
}

/** Documents that stay were judged when they were published; tests depend on the order too. */
export async function judgePolicies(
  policies: readonly PolicyChange[],
  order: TestedOrder | null,
): Promise<JudgedPolicy[]> {
  const judged: JudgedPolicy[] = [];
  for (const policy of policies) {
    const { id, document, change } = policy;
    const diagnostics = change === 'keep' ? [] : diagnose(document);
    const tests = order === null ? [] : await runPolicyTests({ policyId: id, ...document }, order);
    judged.push({ ...policy, diagnostics, tests: change === 'keep' ? tests.filter(({ passed }) => !passed) : tests });
    // Hundreds of documents take a while: other calls are answered in between.
    await setImmediate();
  }
  return judged;
}

const isError = ({ severity }: Pick<Diagnostic, 'severity'>): boolean => severity === 'error';

/** Why this document cannot be published, in words. */
export function problemsOf({ document: { name }, diagnostics, tests }: JudgedPolicy): string[] {
  const errors = diagnostics.filter(isError);
  const [first] = errors;
  const where = first?.part === 'defaults' ? 'defaults' : 'requirements';
  const place = first && `${where}, line ${first.from.line}, column ${first.from.column}`;
  const more = errors.length > 1 ? ` (${counted(errors.length - 1, 'more error', 'more errors')})` : '';
  const refused = first ? [`“${name}”: ${place}: ${first.message}${more}`] : [];
  const red = tests.filter(({ passed }) => !passed);
  return [...refused, ...red.map(({ sentence, found }) => `“${name}”: a test fails: ${sentence}. ${found}`)];
}
