import type { Diagnostic, PolicyDocument, PolicyTestResult } from '#contract/policies.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { readTestedOrder } from './read-tested-order.ts';
import { runPolicyTests } from './run-policy-tests.ts';
import { validateDefaults } from './validate-defaults.ts';
import { validateDocument } from './validate-document.ts';

export type PartDiagnostic = Diagnostic & { part: 'contents' | 'defaults' };

export interface PublicationCheck {
  diagnostics: PartDiagnostic[];
  tests: PolicyTestResult[];
}

export const diagnose = ({ contents, defaults }: Pick<PolicyDocument, 'contents' | 'defaults'>): PartDiagnostic[] => [
  ...validateDocument(contents).map((diagnostic) => ({ ...diagnostic, part: 'contents' as const })),
  ...validateDefaults(defaults, contents).map((diagnostic) => ({ ...diagnostic, part: 'defaults' as const })),
];

/** Everything that a document itself must hold before anybody gets it. */
export async function checkPublication(
  db: Database,
  workspaceId: string,
  { policyId, document }: { policyId: string; document: PolicyDocument },
): Promise<PublicationCheck> {
  const order = await readTestedOrder(db, workspaceId, document.tests);
  return { diagnostics: diagnose(document), tests: await runPolicyTests({ policyId, ...document }, order) };
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error';

/** What a client would refuse is never published: it would lock out everyone who gets it. @throws ReeveError policy-refused, policy-tests-failed */
export function requirePublishable({ diagnostics, tests }: PublicationCheck): void {
  const problems = diagnostics.filter(isError);
  if (problems.length > 0) throw new ReeveError('policy-refused', { diagnostics: problems });
  const red = tests.filter(({ passed }) => !passed);
  if (red.length > 0) throw new ReeveError('policy-tests-failed', { results: red });
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** The same in words. */
export function reasonsAgainst({ diagnostics, tests }: PublicationCheck): string[] {
  const inPart = (part: PartDiagnostic['part']) => diagnostics.filter((found) => isError(found) && found.part === part);
  const contents = inPart('contents').length;
  const defaults = inPart('defaults').length;
  const red = tests.filter(({ passed }) => !passed).length;
  return [
    ...(contents > 0 ? [`Clients would refuse the requirements: ${counted(contents, 'error', 'errors')}.`] : []),
    ...(defaults > 0 ? [`Clients would refuse the defaults: ${counted(defaults, 'error', 'errors')}.`] : []),
    ...(red > 0 ? [`${counted(red, 'policy test fails', 'policy tests fail')}.`] : []),
  ];
}
