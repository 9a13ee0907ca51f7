import { parse } from 'smol-toml';
import { z } from 'zod';
import { mergeRequirements } from '#server/policies/index.ts';
import { constraintPaths, covers, type Values, valueAt, writePath } from './constraint-paths.ts';
import { evidence } from './evidence.ts';
import type { Judged, RunFacts, Trial } from './run-facts.ts';

const BundleCache = z.object({
  signed_payload: z.object({
    bundle: z.object({
      requirements_toml: z
        .object({ enterprise_managed: z.array(z.object({ contents: z.string() })).default([]) })
        .nullish(),
    }),
  }),
});
/** Clients before 0.140 keep one document. */
const DocumentCache = z.object({ signed_payload: z.object({ contents: z.string().nullish() }) });

function documentsIn(cache: string): string[] | null {
  const json: unknown = JSON.parse(cache);
  const bundle = BundleCache.safeParse(json);
  if (bundle.success)
    return (bundle.data.signed_payload.bundle.requirements_toml?.enterprise_managed ?? []).map(
      ({ contents }) => contents,
    );
  const document = DocumentCache.safeParse(json);
  return document.success ? [document.data.signed_payload.contents ?? ''] : null;
}

const merged = (documents: readonly string[]): Values =>
  documents
    .map((document): Values => ({ ...parse(document) }))
    .reduce((higher, lower) => mergeRequirements(higher, lower), {});

/** Links to explanations are added to justifications on the way. */
const withoutLinks = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value ?? null, (key, part) => (key === 'justification' ? undefined : part)));

/** Compares the copy of the policy that the client keeps with the one that is proven. */
export function readDeliveredPolicy(facts: RunFacts, { policy }: Pick<Trial, 'policy'>): Judged {
  if (facts.failure !== null) return { verdict: 'inconclusive', observed: facts.failure };
  const cache = Object.values(facts.files).find((contents) => contents !== null);
  if (cache === undefined)
    return {
      verdict: 'broken',
      observed: 'The client keeps no policy of the workspace where it keeps everything else.',
    };
  const documents = documentsIn(cache ?? '');
  if (documents === null)
    return { verdict: 'inconclusive', observed: 'The client keeps its policy in a form that is not known.' };
  const shown = [
    evidence('client-file', 'The policy as the client keeps it', documents.join('\n# ---- next fragment\n')),
  ];
  const kept = merged(documents);
  const wrong = constraintPaths(policy.delivered).filter(
    (path) =>
      policy.setByReeve(path) === null &&
      !covers(withoutLinks(valueAt(kept, path)), withoutLinks(valueAt(policy.delivered, path))),
  );
  if (wrong.length > 0)
    return {
      verdict: 'broken',
      observed: `The client has another policy. Different: ${wrong.map(writePath).join(', ')}.`,
      evidence: shown,
    };
  const own = constraintPaths(policy.delivered).length;
  if (documents.every((document) => document.trim() === ''))
    return { verdict: 'broken', observed: 'The client was given an empty policy.', evidence: shown };
  const stated = new Set(constraintPaths(policy.delivered).map(writePath));
  const added = constraintPaths(kept)
    .map(writePath)
    .filter((written) => !stated.has(written));
  const besides = added.length > 0 ? ` Reeve adds its own: ${added.join(', ')}.` : '';
  return {
    verdict: 'held',
    observed: `All ${own} keys of the policy are there, value by value.${besides}`,
    evidence: shown,
  };
}
