import { expect, test } from 'vitest';
import type { Diagnostic } from '#contract/policies.ts';
import { askClient } from '#testing/ask-client.ts';
import { generatedDocuments, spoiledDocuments } from '#testing/policy-documents.ts';
import { isRefused, validateDocument } from './validate-document.ts';

const isAccepted = (document: string) => !isRefused(validateDocument(document));

/** Hooks that cannot run end every session, but only once it has started. */
const isAboutSessions = ({ code, keyPath }: Diagnostic): boolean =>
  code === 'broken-hook' || (code === 'bad-regex' && (keyPath?.startsWith('hooks.') ?? false));

const stopsTheStart = (document: string): boolean =>
  validateDocument(document).some((found) => found.severity === 'error' && !isAboutSessions(found));

const ask = (documents: readonly string[]) =>
  askClient(
    '0.169.0',
    documents.map((contents) => ({
      requirements_toml: { enterprise_managed: [{ id: 'policy', name: 'Policy', contents }] },
    })),
  );

/** Each costs a start of the client; 300 is the whole comparison. */
const size = Number(process.env.REEVE_POLICY_DOCUMENTS || 100);

test('the client starts with generated documents as they are written', async () => {
  const documents = generatedDocuments(size, isAccepted);
  const reasons = await ask(documents);
  const refused = documents.flatMap((document, index) =>
    reasons[index] === null ? [] : [{ document, reason: reasons[index] }],
  );
  expect(refused).toEqual([]);
}, 400_000);

test('the client refuses generated documents that Reeve refuses', async () => {
  const documents = spoiledDocuments(size / 2, stopsTheStart);
  const reasons = await ask(documents);
  const accepted = documents
    .filter((_, index) => reasons[index] === null)
    .map((document) => ({
      document,
      reeve: validateDocument(document).filter(({ severity }) => severity === 'error'),
    }));
  expect(accepted).toEqual([]);
}, 400_000);

test('the client starts with documents with one value wrong that Reeve lets pass', async () => {
  const documents = spoiledDocuments(size / 2, isAccepted);
  const reasons = await ask(documents);
  const refused = documents.flatMap((document, index) =>
    reasons[index] === null ? [] : [{ document, reason: reasons[index] }],
  );
  expect(refused).toEqual([]);
}, 400_000);
