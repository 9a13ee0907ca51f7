import { lookup } from 'node:dns/promises';
import net, { isIP } from 'node:net';
import tls from 'node:tls';
import { isReeveError } from '#server/fail.ts';
import { type Agents, callUpstream, upstreamHeaders } from './responses-api/call-upstream.ts';
import { meterEvents } from './responses-api/meter.ts';
import { notAnAnswer, upstreamRefusal } from './responses-api/upstream-refusal.ts';
import { upstreamUrl } from './upstream-url.ts';

export interface UpstreamUnderTest {
  baseUrl: string;
  apiKey: string | null;
  /** As the upstream names it; null when none is allowed yet. */
  model: string | null;
}

export interface TestStep {
  name: string;
  ok: boolean;
  detail: string;
  durationMs: number;
}

const connectTimeoutMs = 10_000;
const callTimeoutMs = 45_000;

/** What to do about the faults that people meet when they set up an upstream. */
const advice: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name is not known to this server. Check the spelling and the DNS of this machine.',
  EAI_AGAIN: 'The DNS of this machine does not answer. Check its resolver, then test again.',
  ECONNREFUSED: 'Nothing listens there. Check the port, and that the upstream runs.',
  ETIMEDOUT: 'No answer. A firewall may be in the way: let this machine reach the address.',
  EHOSTUNREACH: 'No route leads there. Check the network of this machine.',
  ENETUNREACH: 'No route leads there. Check the network of this machine.',
  ECONNRESET: 'The other side hung up. Check that http or https fits, and proxies in between.',
  CERT_HAS_EXPIRED: 'Its certificate has expired. It must be renewed at the upstream.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'Its certificate is for another name. Use the name that stands in the certificate.',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'Its certificate is self-signed. Start Reeve with NODE_EXTRA_CA_CERTS naming its authority.',
  SELF_SIGNED_CERT_IN_CHAIN: 'Its authority is not known here. Start Reeve with NODE_EXTRA_CA_CERTS naming it.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'Its authority is not known here. Start Reeve with NODE_EXTRA_CA_CERTS naming it.',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'Its authority is not known here. Start Reeve with NODE_EXTRA_CA_CERTS naming it.',
  ERR_SSL_WRONG_VERSION_NUMBER: 'It does not speak TLS on this port. Use http, or another port.',
};

function explain(error: unknown): string {
  if (isReeveError(error)) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return `${advice[code ?? ''] ?? message}${code ? ` (${code})` : ''}`;
}

async function resolveName({ hostname }: URL): Promise<string> {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host)) return `${host} is an address; nothing to resolve.`;
  const found = await lookup(host, { all: true });
  return `${host} is ${found.map(({ address }) => address).join(', ')}.`;
}

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function open(socket: net.Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.setTimeout(connectTimeoutMs, () =>
    socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })),
  );
  socket.once('error', reject);
  socket.once(event, () => resolve());
  return promise.finally(() => socket.destroy());
}

async function connect(url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  await open(net.connect({ host, port: portOf(url) }), 'connect');
  return `Port ${portOf(url)} accepts connections.`;
}

async function shakeHands(url: URL): Promise<string> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = tls.connect({
    host,
    port: portOf(url),
    minVersion: 'TLSv1.2',
    ...(isIP(host) ? {} : { servername: host }),
  });
  let told = '';
  socket.once('secureConnect', () => {
    told = `${socket.getProtocol()}, certificate valid until ${socket.getPeerCertificate().valid_to}.`;
  });
  await open(socket, 'secureConnect');
  return told;
}

/** One small streamed call, exactly as the gateway makes them. Says whether the key was refused or the call failed. */
async function callOnce({ baseUrl, apiKey, model }: UpstreamUnderTest, agents: Agents): Promise<string> {
  const body = JSON.stringify({
    model,
    stream: true,
    store: false,
    input: 'Answer with the word ready.',
    max_output_tokens: 64,
  });
  const headers = upstreamHeaders({}, { apiKey, bodyBytes: Buffer.byteLength(body), isStream: true });
  const signal = AbortSignal.timeout(callTimeoutMs);
  const answer = await callUpstream({
    url: upstreamUrl(baseUrl),
    headers,
    body,
    agents,
    timeoutMs: callTimeoutMs,
    signal,
  });
  if ((answer.statusCode ?? 0) > 299) throw await upstreamRefusal(answer);
  if (!answer.headers['content-type']?.startsWith('text/event-stream')) {
    answer.destroy();
    throw notAnAnswer(answer.headers['content-type']);
  }
  const meter = meterEvents({ nowMs: () => performance.now(), keepsContent: false });
  for await (const chunk of answer as AsyncIterable<Buffer>) meter.feed(chunk);
  meter.end();
  const { ending, usage } = meter.metered;
  if (!ending)
    throw new Error('The stream ended without response.completed. The upstream must speak the Responses API.');
  if (ending.outcome === 'failed')
    throw new Error(ending.message ?? 'The upstream ended the answer with response.failed.');
  return `${model} answered${usage ? `, ${usage.input_tokens} tokens in and ${usage.output_tokens} out` : ''}.`;
}

const refusedTheKey = (error: unknown) =>
  isReeveError(error) && (error.details.upstreamStatus === 401 || error.details.upstreamStatus === 403);

async function callSteps(tested: UpstreamUnderTest, agents: Agents): Promise<TestStep[]> {
  const startedMs = performance.now();
  const step = (name: string, ok: boolean, detail: string): TestStep => ({
    name,
    ok,
    detail,
    durationMs: Math.round(performance.now() - startedMs),
  });
  if (tested.model === null)
    return [step('Model call', false, 'No model is allowed yet. Add one below, then test again.')];
  const accepted = tested.apiKey === null ? 'No key is set, and none was asked for.' : 'The key was accepted.';
  try {
    const detail = await callOnce(tested, agents);
    return [step('Key', true, accepted), step('Model call', true, detail)];
  } catch (error) {
    if (refusedTheKey(error))
      return [step('Key', false, 'The upstream refused the key. Enter one that may use the Responses API.')];
    const isAnswer = isReeveError(error) && error.details.upstreamStatus !== undefined;
    return [...(isAnswer ? [step('Key', true, accepted)] : []), step('Model call', false, explain(error))];
  }
}

/** Follows a call step by step and stops at the first that fails, with what to do about it. */
export async function testUpstream(tested: UpstreamUnderTest, { agents }: { agents: Agents }): Promise<TestStep[]> {
  const url = new URL(tested.baseUrl);
  const ways: [string, (url: URL) => Promise<string>][] = [
    ['Name resolution', resolveName],
    ['Connection', connect],
    ...(url.protocol === 'https:' ? ([['TLS', shakeHands]] as [string, typeof shakeHands][]) : []),
  ];
  const steps: TestStep[] = [];
  for (const [name, run] of ways) {
    const startedMs = performance.now();
    const done = (ok: boolean, detail: string) =>
      steps.push({ name, ok, detail, durationMs: Math.round(performance.now() - startedMs) });
    try {
      done(true, await run(url));
    } catch (error) {
      done(false, explain(error));
      return steps;
    }
  }
  return [...steps, ...(await callSteps(tested, agents))];
}
