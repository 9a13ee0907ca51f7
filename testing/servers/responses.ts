import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { Condition, type UntilOptions } from '#server/stock-client/condition.ts';
import { freePort } from '../free-port.ts';
import { isBackground, ResponsesRequest, type Script } from './model-script.ts';
import { message, type Step, type StreamAction, type StreamEvent } from './model-steps.ts';

export type Outcome = 'open' | 'answered' | 'cut' | 'client-left';

export interface ModelRequest {
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: ResponsesRequest;
  /** Bytes on the wire, before decompression. */
  readonly bodyBytes: number;
  /** `answered`: sent to the end; `cut`: the script destroyed it; `client-left`: the client closed it first. */
  readonly outcome: Outcome;
  readonly eventsSent: number;
  /** Resolves when the outcome is no longer `open`. */
  readonly ended: Promise<Outcome>;
}

export interface OtherRequest {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  status: number;
}

export interface ResponsesServerOptions {
  script?: Script;
  models?: string[];
  /** When set, any other bearer token gets 401. */
  apiKey?: string;
}

export interface ResponsesServer extends AsyncDisposable {
  /** `http://127.0.0.1:PORT/v1`: what a client or gateway is given as base URL. */
  readonly baseUrl: string;
  readonly port: number;
  /** POST …/responses for people's turns, in order of arrival. */
  readonly requests: readonly ModelRequest[];
  /** POST …/responses that the client makes by itself, e.g. for a thread's title: answered without the script. */
  readonly backgroundRequests: readonly ModelRequest[];
  /** Everything else that was asked, upgrades included. */
  readonly otherRequests: readonly OtherRequest[];
  /** The script for requests from now on. */
  play(script: Script): void;
  /** Waits until that many model requests have arrived in all, and returns the last of them. */
  waitForRequests(count: number, options?: { timeoutMs?: number }): Promise<ModelRequest>;
  waitForRequest(accept: (request: ModelRequest) => boolean, options?: { timeoutMs?: number }): Promise<ModelRequest>;
  /** Refuses new connections and cuts the open ones: the upstream is down. `comeBack` opens the same port again. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  close(): Promise<void>;
}

interface Recorded extends ModelRequest {
  outcome: Outcome;
  eventsSent: number;
}

const unzip: Record<string, (body: Buffer) => Promise<Buffer>> = {
  gzip: promisify(zlib.gunzip),
  zstd: promisify(zlib.zstdDecompress),
};

function errorBody(type: string, text: string): string {
  return JSON.stringify({ error: { message: text, type, code: type } });
}

async function readBody(request: http.IncomingMessage): Promise<{ body: ResponsesRequest; bodyBytes: number }> {
  const raw = await buffer(request);
  const encoding = request.headers['content-encoding'];
  const plain = encoding === undefined ? raw : await unzip[encoding]?.(raw);
  if (plain === undefined) throw new Error(`content-encoding ${encoding} is not understood`);
  return { body: ResponsesRequest.parse(JSON.parse(plain.toString('utf8'))), bodyBytes: raw.length };
}

/** The entry a Codex client needs in the list of models (its own format; OpenAI's list has ids only). */
export function codexModel(slug: string, priority = 1) {
  return {
    slug,
    display_name: slug,
    description: 'Scripted model',
    supported_reasoning_levels: [{ effort: 'low', description: 'low' }],
    shell_type: 'unified_exec',
    visibility: 'list',
    supported_in_api: true,
    priority,
    base_instructions: 'You are Codex.',
    support_verbosity: false,
    apply_patch_tool_type: 'freeform',
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    context_window: 200_000,
    experimental_supported_tools: [],
  };
}

function modelList(models: string[], isCodexClient: boolean): string {
  return JSON.stringify(
    isCodexClient
      ? { models: models.map((slug, at) => codexModel(slug, at + 1)) }
      : { object: 'list', data: models.map((id) => ({ id, object: 'model', created: 0, owned_by: 'scripted' })) },
  );
}

async function sendEvent(response: http.ServerResponse, event: StreamEvent, recorded: Recorded): Promise<void> {
  recorded.eventsSent += 1;
  if (!response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)) await drained(response);
}

async function drained(response: http.ServerResponse): Promise<void> {
  const closed = new AbortController();
  const stop = () => closed.abort();
  response.once('close', stop);
  if (!response.destroyed) await once(response, 'drain', { signal: closed.signal }).catch(() => undefined);
  response.off('close', stop);
}

/** Resolves when the gate opens or the client leaves, whichever is first. */
function passOrLeave(gate: { pass(): Promise<void> }, recorded: Recorded): Promise<unknown> {
  return Promise.race([gate.pass(), recorded.ended]);
}

async function playAction(action: StreamAction, response: http.ServerResponse, recorded: Recorded): Promise<void> {
  if ('send' in action) await sendEvent(response, action.send, recorded);
  else if ('wait' in action) await passOrLeave(action.wait, recorded);
  else if ('destroy' in action) {
    recorded.outcome = 'cut';
    response.destroy();
  } else {
    while (!response.destroyed) {
      await sendEvent(response, action.forever, recorded);
      // Other requests of this process get their turn even when the client reads as fast as we write.
      await new Promise(setImmediate);
    }
  }
}

async function answer(step: Step, response: http.ServerResponse, recorded: Recorded): Promise<void> {
  if (step.before !== undefined) await passOrLeave(step.before, recorded);
  if (response.destroyed) return;
  if (step.kind === 'hang-up') {
    recorded.outcome = 'cut';
    response.destroy();
  } else if (step.kind === 'http') {
    response.writeHead(step.status, step.headers).end(step.body);
  } else {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', ...step.headers });
    response.flushHeaders();
    for (const action of step.actions(recorded.body.model)) {
      if (response.destroyed) return;
      await playAction(action, response, recorded);
    }
    if (!response.destroyed) response.end();
  }
}

/** A scripted model behind the Responses API, on loopback and plain HTTP: the upstream of a gateway, or of a client. */
export async function startResponsesServer(options: ResponsesServerOptions = {}): Promise<ResponsesServer> {
  const models = options.models ?? ['corp-model'];
  let script: Script = options.script ?? (() => message('Done.'));
  const requests: Recorded[] = [];
  const backgroundRequests: Recorded[] = [];
  const otherRequests: OtherRequest[] = [];
  const traffic = new Condition();

  const record = (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    parsed: Awaited<ReturnType<typeof readBody>>,
  ) => {
    const end = Promise.withResolvers<Outcome>();
    const recorded: Recorded = {
      path: request.url ?? '',
      headers: request.headers,
      ...parsed,
      outcome: 'open',
      eventsSent: 0,
      ended: end.promise,
    };
    response.on('close', () => {
      if (recorded.outcome === 'open') recorded.outcome = response.writableFinished ? 'answered' : 'client-left';
      end.resolve(recorded.outcome);
      traffic.changed();
    });
    (isBackground(recorded) ? backgroundRequests : requests).push(recorded);
    traffic.changed();
    return recorded;
  };

  const handle = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://scripted');
    const method = request.method ?? 'GET';
    const other = (status: number, body: string, headers: Record<string, string> = {}) => {
      otherRequests.push({ method, path: url.pathname + url.search, headers: request.headers, status });
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
      traffic.changed();
    };
    if (options.apiKey !== undefined && request.headers.authorization !== `Bearer ${options.apiKey}`) {
      return other(401, errorBody('invalid_api_key', 'Incorrect API key provided.'));
    }
    if (method === 'GET' && url.pathname.endsWith('/models')) {
      const list = modelList(models, url.searchParams.has('client_version'));
      return other(200, list, { etag: `"${createHash('sha256').update(list).digest('hex').slice(0, 16)}"` });
    }
    if (method !== 'POST' || !url.pathname.endsWith('/responses')) {
      return other(404, errorBody('not_found', `no ${method} ${url.pathname} here`));
    }
    const parsed = await readBody(request).catch((error: unknown) => String(error));
    if (typeof parsed === 'string') return other(400, errorBody('invalid_request_error', parsed));
    const ordinal = requests.length;
    const recorded = record(request, response, parsed);
    const step = isBackground(recorded) ? message('Scripted title') : script(parsed.body, ordinal);
    await answer(step, response, recorded);
  };

  const server = http.createServer((request, response) => {
    response.on('error', () => undefined);
    handle(request, response).catch((error: unknown) => {
      console.error('the scripted model failed:', error);
      response.destroy();
    });
  });
  server.on('upgrade', (request, socket) => {
    // A client killed by its test resets this connection.
    socket.on('error', () => undefined);
    otherRequests.push({ method: 'UPGRADE', path: request.url ?? '', headers: request.headers, status: 426 });
    socket.end('HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const goDown = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  // Nobody else gets it while this one is down.
  const port = await listen(await freePort());

  const until = <T>(probe: () => T | undefined, what: string, { timeoutMs }: { timeoutMs?: number } = {}) => {
    const seen = () =>
      `${what}; ${requests.length} model requests: ${requests.map(({ outcome }) => outcome).join(', ')}`;
    const limits: UntilOptions = { failure: seen, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    return traffic.until(probe, limits);
  };
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    backgroundRequests,
    otherRequests,
    play: (next) => {
      script = next;
    },
    waitForRequests: (count, wait) => until(() => requests[count - 1], `waited for ${count} model requests`, wait),
    waitForRequest: (accept, wait) => until(() => requests.find(accept), 'no such model request', wait),
    goDown,
    comeBack: async () => {
      await listen(port);
    },
    close: goDown,
    [Symbol.asyncDispose]: goDown,
  };
}
