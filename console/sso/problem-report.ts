import type { SignOnProblem } from '#contract/sso.ts';

export function whomToAsk({ sendTo, connectionName }: Pick<SignOnProblem, 'sendTo' | 'connectionName'>): string {
  return sendTo === 'identity-provider'
    ? `Send this to whoever looks after ${connectionName ?? 'the identity provider'} in your organisation; it has to be changed there.`
    : 'Send this to an owner of your Reeve workspace; it has to be changed here.';
}

/** Everything an administrator needs, as text to paste into a message. */
export function problemReport(problem: SignOnProblem): string {
  const { sentence, advice, connectionName, said, code, reference, at } = problem;
  const lines = [
    `Reeve: ${sentence}`,
    `To do: ${advice}`,
    connectionName && `Connection: ${connectionName}`,
    said && `The identity provider said: ${said}`,
    `Code: ${code}`,
    `Reference: ${reference}`,
    `When: ${at}`,
  ];
  return lines.filter(Boolean).join('\n');
}
