import { expect, test } from 'vitest';
import { isAtLeast } from '#contract/client-versions.ts';
import { askClient } from '#testing/ask-client.ts';
import { codexVersionUnderTest } from '#testing/codex-cli/install-codex.ts';
import { generatedDocuments } from '#testing/policy-documents.ts';
import { composeBundle, composeRequirements } from './compose-fragments.ts';
import {
  acceptedDefaults,
  acceptedDocuments,
  clashesWithBaseline,
  refusedDefaults,
} from './document-cases/read-cases.ts';
import { policyPresets } from './policy-presets.ts';
import { isRefused, validateDocument } from './validate-document.ts';
import { validateWithBaseline } from './validate-with-baseline.ts';

const version = codexVersionUnderTest();
const takesDefaults = isAtLeast(version, '0.140.0');
const gateway = { baseUrl: 'https://reeve.corp/backend-api/codex', headers: { 'x-reeve-policy': 'signed' } };

const telemetry = {
  baseUrl: 'https://reeve.corp/otel/v1',
  headers: { 'x-reeve-telemetry': 'signed' },
  keepsContent: false,
};

/** Each costs a start of the client; 300 is the whole comparison. */
const size = Number(process.env.REEVE_POLICY_DOCUMENTS || 100);

const fragment = (contents: string) => ({ id: 'policy', name: 'Policy', contents });

/** What a client of this version receives when its policy is this document. */
function delivered(contents: string, defaults = ''): unknown {
  const start = defaults === '' ? [] : [fragment(defaults)];
  const delivery = { clientVersion: version, gateway, telemetry, policy: fragment(contents), defaults: start };
  return takesDefaults ? composeBundle(delivery) : composeRequirements(delivery);
}

function deliveredPair(policy: string, baseline: string): unknown {
  const fragments = { policy: fragment(policy), baseline: { ...fragment(baseline), id: 'baseline', name: 'Baseline' } };
  return composeBundle({ clientVersion: version, gateway, telemetry, ...fragments });
}

/** Each refused document with what the client says about it. */
async function refusals(documents: readonly { label: string; answer: unknown }[]): Promise<Record<string, string>> {
  const reasons = await askClient(
    version,
    documents.map(({ answer }) => answer),
  );
  const refused = documents.flatMap(({ label }, index) => {
    const reason = reasons[index];
    return reason === null || reason === undefined ? [] : [[label, reason] as const];
  });
  return Object.fromEntries(refused);
}

test(`${version} starts with every template, with its defaults too`, async () => {
  const documents = policyPresets.flatMap(({ name, contents, defaults = '' }) => [
    { label: name, answer: delivered(contents) },
    { label: `${name} with defaults`, answer: delivered(contents, defaults) },
  ]);
  expect(await refusals(documents)).toEqual({});
});

test(`${version} starts with every document of the table that Reeve accepts`, async () => {
  const documents = acceptedDocuments().map((contents) => ({ label: contents, answer: delivered(contents) }));
  expect(await refusals(documents)).toEqual({});
}, 400_000);

test(`${version} starts with generated documents that Reeve accepts`, async () => {
  const contents = generatedDocuments(size, (document) => !isRefused(validateDocument(document)));
  expect(await refusals(contents.map((document) => ({ label: document, answer: delivered(document) })))).toEqual({});
}, 400_000);

test(`${version} starts with pairs of policy and baseline that Reeve accepts, and with no other`, async () => {
  // Clients before 0.140 get one document, which Reeve merges.
  if (!takesDefaults) return;
  const documents = generatedDocuments(120, (document) => !isRefused(validateDocument(document)));
  const pairs = documents.flatMap((policy, index) => {
    const baseline = documents[index + 1];
    const isPair = index % 2 === 0 && baseline !== undefined && !isRefused(validateWithBaseline(policy, baseline));
    return isPair ? [{ label: `${policy}~~~\n${baseline}`, answer: deliveredPair(policy, baseline) }] : [];
  });
  expect(pairs.length).toBeGreaterThan(50);
  expect(await refusals(pairs)).toEqual({});
  const clashes = clashesWithBaseline().map(([policy, baseline]) => ({
    label: policy,
    answer: deliveredPair(policy, baseline),
  }));
  expect(Object.keys(await refusals(clashes))).toEqual(clashes.map(({ label }) => label));
}, 400_000);

test(`${version} and Reeve agree on the defaults of the table`, async () => {
  // Clients before 0.140 know none.
  if (!takesDefaults) return;
  const accepted = acceptedDefaults().map((defaults) => ({ label: defaults, answer: delivered('', defaults) }));
  expect(await refusals(accepted)).toEqual({});
  const refused = refusedDefaults().map(({ document }) => document);
  const answers = refused.map((contents) => ({ config_toml: { enterprise_managed: [fragment(contents)] } }));
  const reasons = await askClient(version, answers);
  expect(refused.filter((_, index) => reasons[index] === null)).toEqual([]);
});
