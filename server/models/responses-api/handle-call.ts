import { ModelSlug } from '#contract/models.ts';
import { isReeveError, ReeveError } from '#server/fail.ts';
import type { CodexClient, WireCall } from '#server/http/wire-routes.ts';
import { type CallRecord, recordOf } from '#server/models/call-record.ts';
import { nameMember, newCallRow } from '#server/models/call-row.ts';
import { type CallRow, readOnlyWorkspaceId } from '#server/models/gateway-queries.ts';
import { holdAnswer } from '#server/models/hold-answer.ts';
import { isOfProof } from '#server/stock-client/proof-address.ts';
import { checkCaller } from './check-caller.ts';
import { type ClientFacts, clientFacts } from './client-facts.ts';
import { findStopped } from './find-stopped.ts';
import type { Gateway } from './gateway.ts';
import { countModels, replaceModel } from './model-in-text.ts';
import { type ReceivedBody, readBody } from './read-body.ts';
import { readNewInput } from './read-input.ts';
import { type ApprovedCall, runCall } from './run-call.ts';
import { CallBody, line } from './wire.ts';
import { publicWords, wordError } from './word-error.ts';

const notValid = (message: string) => new ReeveError('bad-input', {}, { message });

function readCallBody({ text, json }: ReceivedBody): { model: string; isStream: boolean } {
  const read = CallBody.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw notValid(`The request is not a model call: ${issue?.path.join('.') || 'body'}: ${issue?.message}.`);
  }
  if (countModels(text) !== 1) throw notValid('The request names `model` more than once.');
  return { model: read.data.model, isStream: read.data.stream === true };
}

async function findModel({ readModel }: Gateway, { workspace_id: workspaceId }: CallRow, slug: string) {
  // Not a slug at all: U+0000, for one, is more than the database takes.
  const model = ModelSlug.safeParse(slug).success ? await readModel(workspaceId, slug) : undefined;
  if (model) return model;
  throw new ReeveError(
    'model-not-allowed',
    { model: slug },
    { message: `The model ${line(slug, 120)} is not allowed in this workspace. Choose another with /model or -m.` },
  );
}

function nameClient(row: CallRow, { client, clientVersion, ...facts }: ClientFacts): void {
  row.client = client;
  row.client_version = clientVersion;
  row.thread_id = facts.threadId;
  row.turn_id = facts.turnId;
  row.session_id = facts.sessionId;
  row.sandbox_mode = facts.sandboxMode;
}

/** A sign-in that ended because the person may not work is no reason to sign in again: they are told so instead. */
async function authenticate(call: WireCall): Promise<CodexClient> {
  try {
    return await call.authenticate();
  } catch (error) {
    const because = isReeveError(error) && error.code === 'token-invalid' ? error.details.because : undefined;
    if (because === 'member-suspended' || because === 'local-off') throw new ReeveError(because);
    throw error;
  }
}

/** Every check, in the order that tells the least to those who may the least. */
async function approve(
  gateway: Gateway,
  call: WireCall,
  record: CallRecord,
  facts: ClientFacts,
): Promise<ApprovedCall> {
  const startedMs = performance.now();
  const { services, state } = gateway;
  const { row } = record;
  const { incoming, outgoing } = call.c.env;
  if (state.isStopping) throw new ReeveError('shutting-down', { retryAfter: '2' });
  const client = await authenticate(call);
  nameMember(row, client);
  const settings = await gateway.readSettings(client.workspaceId);
  if (!settings) throw new ReeveError('token-invalid');
  row.policy_name = await checkCaller(services, { client, facts, headers: incoming.headers, settings });
  void gateway.noteClient({ ...facts, workspaceId: client.workspaceId, memberId: client.memberId });
  const received = await readBody(incoming, { maxBytes: services.config.gateway.maxBodyBytes });
  const { model: slug, isStream } = readCallBody(received);
  row.model = line(slug, 120);
  const model = await findModel(gateway, row, slug);
  if (settings.baseUrl === null) throw new ReeveError('upstream-not-set');
  const { baseUrl, sealedApiKey, keepsContent } = settings;
  const { prompt, toolAnswers } = readNewInput(received.json, { ...facts, keepsContent });
  record.prompt = prompt;
  const apiKey = sealedApiKey === null ? null : await gateway.openKey(client.workspaceId, sealedApiKey);
  const body = model.upstreamModel === null ? received.text : replaceModel(received.text, model.upstreamModel);
  const { requestId, authenticate: again } = call;
  const sending = { body, isStream, model, baseUrl, apiKey, keepsContent };
  const stopped = findStopped(services, row, toolAnswers);
  return { record, stopped, requestId, startedMs, incoming, outgoing, ...sending, authenticate: again };
}

/** Which workspace a client believes to be in. Proves nothing. */
function namedAccount({ c }: WireCall): string | null {
  const named = c.env.incoming.headers['chatgpt-account-id'];
  return typeof named === 'string' ? named : null;
}

function cameFromProof({ c }: WireCall): boolean {
  const { socket, headers } = c.env.incoming;
  const forwarded = headers['x-forwarded-for'];
  return isOfProof(socket, typeof forwarded === 'string' ? forwarded : undefined);
}

async function recordRefusal(gateway: Gateway, call: WireCall, record: CallRecord, error: ReeveError): Promise<void> {
  const { services, recordRefusal: keep, metrics } = gateway;
  const { row } = record;
  metrics.calls.inc({ outcome: 'refused', code: error.code });
  row.refusal_code = error.code;
  row.message = line(publicWords(error), 1000);
  row.ended_at = services.clock();
  const named = namedAccount(call);
  row.workspace_id ||= (await readOnlyWorkspaceId(services.db, { named, isOfProof: cameFromProof(call) })) ?? '';
  if (row.workspace_id) await holdAnswer(keep(record), services.log);
}

/** `POST …/responses`. */
export async function handleCall(gateway: Gateway, call: WireCall): Promise<Response> {
  const facts = clientFacts(call.c.env.incoming.headers);
  const row = newCallRow({ at: gateway.services.clock(), ip: call.ip });
  nameClient(row, facts);
  const record = recordOf(row);
  try {
    return await runCall(gateway, await approve(gateway, call, record, facts));
  } catch (error) {
    // A refusal before the body was read: taking it off the connection now keeps the connection for the client's next call.
    call.c.env.incoming.resume();
    if (!isReeveError(error)) throw error;
    if (row.outcome === 'refused') await recordRefusal(gateway, call, record, error);
    return wordError(error, facts);
  }
}
