import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { auditCalls, readKeys } from '#server/audit/index.ts';
import { attemptWith, openProofRuns, type ProofRuns, proofThat } from '#testing/proof-runs.ts';
import { fingerprintOf } from './certificate-pdf.ts';
import { type Certificate, readCertificate } from './certify-run.ts';
import { verifyCertificate } from './verify-certificate.ts';

// Each proof makes a workspace and deletes it: seconds on a machine that is busy with others.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 180_000 });

let world: ProofRuns;
let runId: string;
let certificate: Certificate;
beforeAll(async () => {
  world = await openProofRuns();
  const policyId = await world.policy('Contractors', 'allowed_sandbox_modes = ["read-only"]\n');
  ({ id: runId } = await world.start({ policies: [{ policyId }], clientVersions: ['0.169.0'] }));
  await world.proveNext(
    proofThat(() => [attemptWith('full-access', 'held'), attemptWith('web-search', 'not-enforced')]),
  );
  certificate = await readCertificate(world.services.db, world.workspaceId, runId);
});
afterAll(() => world.services.close());

const keysNow = async () => readKeys((await auditCalls(world.services)['audit-public-keys']()).keys);
const evidence = async () => {
  const { cells } = (await world.call<{ cells: { id: string }[] }>('GET', `/verify/runs/${runId}`)).body;
  return [(await world.call('GET', `/verify/cells/${cells[0]?.id}`)).body] as Parameters<
    typeof verifyCertificate
  >[1]['evidence'];
};

test('says what was proved, of what, and how the audit log stood', async () => {
  expect(certificate.statement).toMatchObject({
    kind: 'reeve-enforcement-proof',
    workspace: { id: world.workspaceId, name: 'Example Ltd' },
    run: { id: runId, number: 1 },
    verdict: 'partly',
    cells: [
      {
        policy: { name: 'Contractors', revision: 1, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        client: { version: '0.169.0', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        verdict: 'partly',
        counts: { held: 1, 'not-enforced': 1, broken: 0, 'not-tried': 0, inconclusive: 0 },
      },
    ],
    audit: { chain: world.workspaceId, size: 1, root: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
});

test('holds, with the evidence as it was, and says by which key', async () => {
  const keys = await keysNow();
  const report = await verifyCertificate(certificate, { keys, evidence: (await evidence()) ?? [] });
  expect(report).toMatchObject({ isValid: true, problems: [], evidenceCompared: 2, key: [...keys.keys()][0] });
});

test('a changed verdict, signature, or piece of evidence is found', async () => {
  const keys = await keysNow();
  const { statement, jws } = certificate;
  const beside = await verifyCertificate({ ...certificate, statement: { ...statement, verdict: 'held' } }, { keys });
  expect(beside).toMatchObject({ isValid: false, statement: { verdict: 'partly' } });
  const [header = '', payload = '', signature = ''] = jws.split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const forged = Buffer.from(JSON.stringify({ ...claims, verdict: 'held' })).toString('base64url');
  const inside = await verifyCertificate({ ...certificate, jws: [header, forged, signature].join('.') }, { keys });
  expect(inside).toMatchObject({ isValid: false, problems: ['The certificate has a signature that is not right.'] });
  const turned = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
  expect(await verifyCertificate({ ...certificate, jws: [header, payload, turned].join('.') }, { keys })).toMatchObject(
    {
      isValid: false,
      statement: null,
    },
  );
  const seen = (await evidence()) ?? [];
  const first = seen[0]?.attempts[0]?.evidence[0];
  if (!first) throw new Error('no evidence');
  first.text = 'something else';
  expect((await verifyCertificate(certificate, { keys, evidence: seen })).problems).toEqual([
    'The evidence of full-access (Contractors version 1 with Codex 0.169.0) is not what was signed.',
  ]);
});

test('evidence that is no longer kept is told, not held against it; an attempt that is left out is', async () => {
  const keys = await keysNow();
  const withoutEvidence = ((await evidence()) ?? []).map(({ cell, attempts }) => ({
    cell,
    attempts: attempts.map(({ attempt }) => ({ attempt, evidence: [] })),
  }));
  expect(await verifyCertificate(certificate, { keys, evidence: withoutEvidence })).toMatchObject({
    isValid: true,
    problems: [],
    remarks: [expect.stringContaining('of 2 of 2 attempts')],
    evidenceCompared: 0,
  });
  const cut = ((await evidence()) ?? []).map(({ cell, attempts }) => ({ cell, attempts: attempts.slice(0, 1) }));
  expect(await verifyCertificate(certificate, { keys, evidence: cut })).toMatchObject({
    isValid: false,
    problems: [
      'web-search (Contractors version 1 with Codex 0.169.0) was signed and is missing from the evidence file.',
    ],
    evidenceCompared: 1,
  });
});

test('what was signed for another use, and what another key signed, is no certificate', async () => {
  const keys = await keysNow();
  const checkpoint = await world.services.db.selectFrom('audit_checkpoints').select('jws').executeTakeFirstOrThrow();
  expect((await verifyCertificate({ ...certificate, jws: checkpoint.jws }, { keys })).problems).toEqual([
    'The certificate is a reeve-checkpoint+jws, not a reeve-enforcement-proof+jws.',
  ]);
  expect((await verifyCertificate(certificate, { keys: new Map() })).problems[0]).toContain(
    'not among the public keys given',
  );
});

test('a key that was trusted before a rotation still tells of what the next one signed, and of what it signed itself', async () => {
  const before = await keysNow();
  const { rotations: none } = certificate;
  expect(none).toEqual([]);
  await auditCalls(world.services)['audit-rotate-key']();
  expect((await verifyCertificate(certificate, { keys: await keysNow() })).isValid).toBe(true);
  const { id } = await world.start({ policies: [{ policyId: null }], clientVersions: ['0.169.0'] });
  await world.proveNext(proofThat(() => [attemptWith('full-access', 'held')]));
  const next = await readCertificate(world.services.db, world.workspaceId, id);
  expect(next.rotations).toHaveLength(1);
  expect(await verifyCertificate(next, { keys: before })).toMatchObject({ isValid: true });
  expect((await verifyCertificate({ ...next, rotations: [] }, { keys: before })).isValid).toBe(false);
});

test('is the same whenever it is asked for, whatever becomes of the evidence', async () => {
  await world.services.db.updateTable('proof_attempts').set({ evidence: '[]', observed: 'Another.' }).execute();
  expect((await readCertificate(world.services.db, world.workspaceId, runId)).jws).toBe(certificate.jws);
});

test('the paper is a PDF with the fingerprint of the signature', async () => {
  const { status, body, headers } = await world.call<string>('GET', `/verify/runs/${runId}/certificate.pdf`);
  expect([status, headers.get('content-type')]).toEqual([200, 'application/pdf']);
  expect(headers.get('content-disposition')).toContain('reeve-proof-1.pdf');
  expect(body.slice(0, 5)).toBe('%PDF-');
  expect(fingerprintOf(certificate.jws)).toMatch(/^[0-9a-f]{64}$/);
});
