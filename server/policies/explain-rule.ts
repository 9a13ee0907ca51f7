import { z } from 'zod';
import type { policyExplanations } from '#contract/policy-delivery.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import { readApplicablePolicies } from './delivery-queries.ts';
import { readRevisionByNumber, wasDelivered } from './explanation-queries.ts';
import { readExplanationCode } from './link-justifications.ts';
import { nodeAt, readToml, type TomlNode } from './read-toml.ts';

type Explanation = z.infer<NonNullable<(typeof policyExplanations.get)['~orpc']['outputSchema']>>;

const Part = z.union([
  z.object({ token: z.string() }).transform(({ token }) => token),
  z.object({ any_of: z.array(z.string()) }).transform(({ any_of }) => `[${any_of.join(' | ')}]`),
]);
const Rule = z.object({
  pattern: z.array(Part).transform((parts) => parts.join(' ')),
  decision: z.enum(['prompt', 'prompt-user', 'forbidden']),
  justification: z.string().optional(),
});

/** The rule at this place of a document, or null. */
export function ruleAt(contents: string, index: number): { node: TomlNode; rule: z.output<typeof Rule> } | null {
  const { root } = readToml(contents);
  const node = root && nodeAt(root, ['rules', 'prefix_rules', String(index)]);
  const read = node && Rule.safeParse(node.value);
  return node && read?.success ? { node, rule: read.data } : null;
}

async function concerns(
  db: Database,
  { workspaceId, memberId, policyId }: { workspaceId: string; memberId: string; policyId: string },
): Promise<boolean> {
  const { policy, baseline } = await readApplicablePolicies(db, { workspaceId, memberId, policyKey: null });
  return policy?.id === policyId || baseline?.id === policyId || (await wasDelivered(db, { memberId, policyId }));
}

/**
 * The rule behind a link. For whoever may read policies, and for members whom the policy binds or was delivered to; to anybody else it
 * does not exist. @throws ReeveError not-found
 */
export async function explainRule(
  db: Database,
  workspaceId: string,
  code: string,
  { memberId, mayReadPolicies }: { memberId: string; mayReadPolicies: boolean },
): Promise<Explanation> {
  const place = readExplanationCode(code);
  const found = place && (await readRevisionByNumber(db, workspaceId, place));
  const at = found && ruleAt(found.contents, place.ruleIndex);
  if (!at) throw new ReeveError('not-found');
  const { policyId } = found;
  if (!mayReadPolicies && !(await concerns(db, { workspaceId, memberId, policyId }))) throw new ReeveError('not-found');
  const { pattern, decision, justification = null } = at.rule;
  return {
    policyName: found.name,
    revision: found.revision,
    isCurrent: found.isCurrent,
    rule: { command: pattern, decision, justification },
    contact: found.contact,
    publishedAt: found.publishedAt.toISOString(),
    owner: found.publishedBy,
    policyId: mayReadPolicies ? policyId : null,
  };
}
