import type { Database } from '#server/db/open-database.ts';
import type { Services } from '#server/services.ts';
import { keptApplicablePolicies } from './applicable-policies.ts';
import { judgeCommandLine } from './command-rules/judge-command-line.ts';
import { ruleSetOfRequirements } from './command-rules/rule-set-of-requirements.ts';
import { type PolicyRef, readPublishedDocument } from './delivery-queries.ts';
import { ruleAt } from './explain-rule.ts';
import { readRevisionByNumber } from './explanation-queries.ts';
import { explanationCode, readExplanationCode } from './link-justifications.ts';
import { openDocument } from './open-document.ts';

export interface RuleVerdict {
  decidedBy: 'policy';
  decision: 'forbidden' | 'prompt';
  /** As in the address of the explanation, `<policy>.<version>.<rule>`; null where no rule of what applies now stops this command. */
  rule: string | null;
}

interface StoppedCall {
  workspaceId: string;
  memberId: string;
  /** Null: not a command, or not known. */
  commandLine: string | null;
  /** What the client gave the model instead of the tool’s output. */
  said: string;
}

/** A refusal is short; whatever is longer is a tool’s own output. */
const maxSaid = 4_000;
const ranAnyway = /^\s*(?:chunk id|exit code|wall time|process exited|success|output:|\{)/i;
const rejection = /\brejected: /i;
const wantsApproval = /approval required by policy/i;
const link = /\/why\/(\d+\.\d+\.\d+)/;

const decisionOf = (decision: string): RuleVerdict['decision'] => (decision === 'forbidden' ? 'forbidden' : 'prompt');

async function linkedRule(db: Database, workspaceId: string, code: string): Promise<RuleVerdict | null> {
  const place = readExplanationCode(code);
  const revision = place && (await readRevisionByNumber(db, workspaceId, place));
  const found = revision && ruleAt(revision.contents, place.ruleIndex);
  return found ? { decidedBy: 'policy', decision: decisionOf(found.rule.decision), rule: code } : null;
}

async function judge(db: Database, workspaceId: string, ref: PolicyRef, commandLine: string) {
  const document = await readPublishedDocument(db, workspaceId, ref);
  const { root } = openDocument(document?.contents ?? '');
  if (!document || !root) return null;
  const { decision, rule } = await judgeCommandLine(ruleSetOfRequirements(root.value), commandLine);
  if (decision === null || decision === 'allow' || !rule) return null;
  const code = explanationCode({ number: document.number, revision: ref.revision }, rule.index);
  return { decision: decisionOf(decision), rule: code };
}

/** By the rules that apply to the member now; the baseline’s add to the policy’s, and the strictest decides. */
async function judgedRule(
  services: Pick<Services, 'db' | 'changes'>,
  { workspaceId, memberId, commandLine }: StoppedCall & { commandLine: string },
) {
  const { policy, baseline } = await keptApplicablePolicies(services)({ workspaceId, memberId });
  const refs = [policy, baseline].filter((ref) => ref !== null);
  const judged = await Promise.all(refs.map((ref) => judge(services.db, workspaceId, ref, commandLine)));
  const stops = judged.filter((stop) => stop !== null);
  return stops.find(({ decision }) => decision === 'forbidden') ?? stops[0] ?? null;
}

/**
 * Which rule of the policy stopped a tool call, from the client’s words in its place: by our link in them, else by judging the command
 * line with the member’s policy. Nothing of either text is kept.
 * @returns null when it was no rule that stopped it; else the call’s `outcome` is `refused`
 */
export async function decideRule(
  services: Pick<Services, 'db' | 'changes'>,
  call: StoppedCall,
): Promise<RuleVerdict | null> {
  const { workspaceId, commandLine } = call;
  const said = call.said.slice(0, maxSaid);
  if (ranAnyway.test(said) || !(rejection.test(said) || wantsApproval.test(said))) return null;
  const code = link.exec(said)?.[1];
  const linked = code === undefined ? null : await linkedRule(services.db, workspaceId, code);
  if (linked) return linked;
  const judged = commandLine === null ? null : await judgedRule(services, { ...call, commandLine });
  if (wantsApproval.test(said)) return { decidedBy: 'policy', decision: 'prompt', rule: judged?.rule ?? null };
  // Without a rule it was somebody or something else that said no, such as a reviewer.
  return judged && { decidedBy: 'policy', ...judged };
}
