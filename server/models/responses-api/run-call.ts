import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { isReeveError, type ReeveError } from '#server/fail.ts';
import { commonHeaders } from '#server/http/security-headers.ts';
import type { CallRecord, StoppedTool } from '#server/models/call-record.ts';
import type { AllowedModel } from '#server/models/gateway-queries.ts';
import { upstreamUrl } from '#server/models/upstream-url.ts';
import { callUpstream, upstreamHeaders } from './call-upstream.ts';
import { finishCall } from './finish-call.ts';
import type { Gateway } from './gateway.ts';
import { type Meter, meterEvents, meterJson } from './meter.ts';
import { type Ending, streamAnswer } from './stream-answer.ts';
import { notAnAnswer, upstreamRefusal } from './upstream-refusal.ts';
import { line } from './wire.ts';

export interface ApprovedCall {
  record: CallRecord;
  /** Whatever a rule stopped before this call; looked up beside it. */
  stopped: Promise<StoppedTool[]>;
  requestId: string;
  startedMs: number;
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  /** As it goes to the upstream. */
  body: string;
  isStream: boolean;
  model: AllowedModel;
  baseUrl: string;
  apiKey: string | null;
  authenticate: () => Promise<unknown>;
  keepsContent: boolean;
}

/** Of the upstream's headers, what a client may use. Cookies, hops and accounts of the upstream end here. */
const passedBack = ['content-type', 'openai-model', 'openai-processing-ms', 'x-codex-turn-state'] as const;

function writeHead({ outgoing, requestId }: ApprovedCall, answer: IncomingMessage): void {
  const headers: Record<string, string | string[]> = {
    ...commonHeaders,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'x-request-id': requestId,
  };
  for (const name of passedBack) {
    const value = answer.headers[name];
    if (value !== undefined) headers[name] = value;
  }
  outgoing.writeHead(200, headers);
  // Together with the first event when that is here already, at once otherwise.
  setImmediate(() => {
    if (!outgoing.destroyed && !outgoing.writableEnded) outgoing.flushHeaders();
  });
}

async function checkAnswer(answer: IncomingMessage, { isStream }: ApprovedCall): Promise<void> {
  const status = answer.statusCode ?? 0;
  if (status < 200 || status > 299) throw await upstreamRefusal(answer);
  const contentType = answer.headers['content-type'];
  const expected = isStream ? 'text/event-stream' : 'application/json';
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (contentType?.toLowerCase().startsWith(expected) && encoding === 'identity') return;
  answer.destroy();
  throw notAnAnswer(encoding === 'identity' ? contentType : `${contentType} in ${encoding}`);
}

const asEnding = (error: unknown): Ending =>
  isReeveError(error)
    ? { outcome: 'failed', code: error.code, message: line(error.message, 1000) }
    : { outcome: 'failed', code: 'internal', message: 'Reeve failed to handle this call.' };

function openMeter({ isStream, keepsContent }: ApprovedCall): Meter {
  const options = { nowMs: () => performance.now(), keepsContent };
  return isStream ? meterEvents(options) : meterJson(options);
}

/**
 * Makes an approved call: sends it to the upstream and the answer back. From here on the call is in the activity, and ends there
 * exactly once. Throws only before anything was sent to the client.
 */
export async function runCall(gateway: Gateway, call: ApprovedCall): Promise<Response> {
  const { record, outgoing, incoming, body, isStream, apiKey } = call;
  const { agents, running, recorder, metrics, services } = gateway;
  const { upstreamTimeoutMs, idleTimeoutMs } = services.config.gateway;
  const abort = new AbortController();
  const onLeave = () => abort.abort();
  let refuse = (error: ReeveError) => abort.abort(error);
  const { row } = record;
  const meter = openMeter(call);
  const finish = (ending: Ending) => finishCall(gateway, { ...call, ending, metered: meter.metered });

  row.outcome = 'running';
  recorder.save(record);
  metrics.running.inc();
  running.add({
    id: row.id,
    workspaceId: row.workspace_id,
    memberId: row.member_id ?? '',
    isHosted: row.credential === 'hosted-task',
    authenticate: call.authenticate,
    refuse: (error) => refuse(error),
  });
  outgoing.once('close', onLeave);
  if (outgoing.destroyed) abort.abort();
  try {
    const bodyBytes = Buffer.byteLength(body);
    const headers = upstreamHeaders(incoming.headers, { apiKey, bodyBytes, isStream });
    const url = upstreamUrl(call.baseUrl);
    const answer = await callUpstream({
      url,
      headers,
      body,
      agents,
      timeoutMs: upstreamTimeoutMs,
      signal: abort.signal,
    });
    await checkAnswer(answer, call);
    abort.signal.throwIfAborted();
    outgoing.off('close', onLeave);
    writeHead(call, answer);
    const streaming = streamAnswer({ answer, outgoing, meter, isEventStream: isStream, idleTimeoutMs, onEnd: finish });
    refuse = streaming.refuse;
    return RESPONSE_ALREADY_SENT;
  } catch (error) {
    outgoing.off('close', onLeave);
    const cause = abort.signal.aborted ? abort.signal.reason : error;
    if (abort.signal.aborted && !isReeveError(cause)) {
      await finish({ outcome: 'cancelled', code: null, message: 'The client went away before the answer began.' });
      return RESPONSE_ALREADY_SENT;
    }
    await finish(asEnding(cause));
    throw cause;
  }
}
