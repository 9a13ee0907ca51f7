import type { TestedClient } from '#contract/tested-clients.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { type ClientBinary, ensureClient } from '#server/stock-client/install-client.ts';
import type { ProofSubject, ProvenPolicy, ServerSighting } from '#server/verify/proof/prove-policy.ts';
import { foundOrganisation, type Organisation, type Person } from '#testing/organisation.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';

const model = 'corp-model';

export interface ProofWorld extends AsyncDisposable {
  reeve: TestReeve;
  organisation: Organisation;
  member: Person;
  /** Publishes these documents, makes them the member's, and says what there is to prove. */
  subject(
    policy: { contents: string; defaults?: string },
    version: TestedClient,
    other?: TestedClient,
  ): Promise<ProofSubject>;
  close(): Promise<void>;
}

/** What the tables say about this member; the queries a proof workspace answers, for the workspace of a test. */
async function sightings({ services }: TestReeve, memberId: string, since: Date): Promise<ServerSighting[]> {
  const { db } = services;
  const events = await db
    .selectFrom('activity_events')
    .select(['at', 'kind', 'source', 'outcome', 'code', 'thread_id', 'client_version'])
    .where('member_id', '=', memberId)
    .where('at', '>=', since)
    .orderBy('at')
    .execute();
  return events.flatMap(({ at, kind, source, outcome, code, thread_id, client_version }): ServerSighting[] => {
    const seen = { at, threadId: thread_id, clientVersion: client_version };
    if (source === 'otel') return [{ ...seen, kind: 'telemetry', detail: kind }];
    if (kind !== 'model.call') return [];
    return [{ ...seen, kind: outcome === 'refused' ? 'refusal' : 'model-call', detail: code ?? outcome ?? '' }];
  });
}

/** The real server with an organisation and the member whose client is tried; one for a whole test file. */
export async function openProofWorld({ oldClientsAllowed = true } = {}): Promise<ProofWorld> {
  const reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { api } = organisation.owner;
  await organisation.serveModel({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-nobody' }, model);
  await api.workspace.updateSettings({ oldClientsAllowed });
  const member = await organisation.addMember({ name: 'Synthetic Member' });
  const { hostname, port } = new URL(reeve.origin);
  const subject: ProofWorld['subject'] = async ({ contents, defaults = '' }, version, other) => {
    const name = `Proven ${crypto.randomUUID().slice(0, 8)}`;
    const created = await api.policies.create({ name, contents, defaults });
    await api.policies.publication.publish({ id: created.id, expectedDraft: 1, message: 'To be proven.' });
    await organisation.assign([], created.id);
    const policy: ProvenPolicy = { id: created.id, name, revision: 1, contents, defaults, baselineContents: null };
    const client: ClientBinary = await ensureClient(version);
    return {
      origin: reeve.origin,
      listenAddress: { host: '127.0.0.1', port: Number(port) },
      authorityPem: reeve.authorityPem,
      client,
      otherClient: other ? await ensureClient(other) : null,
      policy,
      approveDevice: async (userCode) => void (await member.api.identity.approveDevice({ userCode })),
      createAccessToken: async () => {
        const made = await member.api.identity.createAccessToken({
          kind: 'personal-access-token',
          name: 'Proof',
          expiresInDays: 1,
        });
        return made.token;
      },
      modelUrlIsSet: async (baseUrl) => void (await api.models.setUpstream({ baseUrl, apiKey: 'sk-scripted' })),
      serverSaw: (since) => sightings(reeve, member.memberId, since),
    };
  };
  void hostname;
  const close = () => reeve.close();
  return { reeve, organisation, member, subject, close, [Symbol.asyncDispose]: close };
}
