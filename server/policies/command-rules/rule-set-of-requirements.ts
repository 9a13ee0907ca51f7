import { z } from 'zod';
import type { PrefixRule } from './find-shadowed-rules.ts';
import type { RuleSet } from './rule-set.ts';

const word = z.string().regex(/\S/);

/** What the client accepts as an entry of `prefix_rules`; `allow` is refused there. */
const PrefixRuleEntry = z.object({
  pattern: z
    .array(
      z.union([
        z.object({ token: word, any_of: z.undefined().optional() }).transform(({ token }) => [token]),
        z.object({ token: z.undefined().optional(), any_of: z.array(word).min(1) }).transform(({ any_of }) => any_of),
      ]),
    )
    .min(1),
  decision: z.enum(['prompt', 'prompt-user', 'forbidden']),
  justification: z.string().regex(/\S/).optional(),
  canonical_matching: z.boolean().optional(),
});

const Requirements = z.object({ rules: z.object({ prefix_rules: z.array(z.unknown()) }) });

/**
 * The `prefix_rules` of a requirements document whose values are parsed, by their position. Entries the client would
 * refuse are null: the document's checks report them.
 */
export function prefixRulesOf(values: unknown): (PrefixRule | null)[] {
  const requirements = Requirements.safeParse(values);
  if (!requirements.success) return [];
  return requirements.data.rules.prefix_rules.map((entry) => {
    const rule = PrefixRuleEntry.safeParse(entry);
    if (!rule.success) return null;
    const { pattern, decision, justification, canonical_matching } = rule.data;
    return { pattern, decision, justification, isCanonical: canonical_matching ?? false };
  });
}

/** The same as a rule set; `index` is the position in `prefix_rules`. */
export function ruleSetOfRequirements(values: unknown): RuleSet {
  const rules = prefixRulesOf(values).flatMap((rule, index) =>
    rule === null
      ? []
      : [
          {
            index,
            file: null,
            pattern: rule.pattern,
            decision: rule.decision,
            justification: rule.justification ?? null,
            isCanonical: rule.isCanonical ?? false,
          },
        ],
  );
  return { rules, hostExecutables: new Map() };
}
