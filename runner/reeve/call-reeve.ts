import http from 'node:http';
import https from 'node:https';
import { buffer } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import type { z } from 'zod';
import { RunnerError } from '#contract/runner-protocol.ts';

/** Where Reeve is, and how to be sure that it is Reeve. */
export interface ReeveAddress {
  /** `https://host[:port]`; plain HTTP on this machine only. */
  origin: string;
  /** Trusted beside the system's authorities; null where those are enough. */
  authorityPem: string | null;
  /** Dialled in place of what the origin's name leads to. */
  connect: { host: string; port: number } | null;
}

/** Reeve answered, with a refusal that a second try does not change. */
export class CallRefused extends Error {
  override name = 'CallRefused';
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Reeve did not answer, or said that something is wrong with it: worth another try. */
export class CallFailed extends Error {
  override name = 'CallFailed';
}

/** It answered, and in a shape that this runner does not know. */
export class AnswerUnknown extends CallFailed {
  override name = 'AnswerUnknown';
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  json?: unknown;
  body?: { type: string; bytes: Uint8Array };
  timeoutMs?: number;
  mostBytes?: number;
  signal?: AbortSignal;
}

export interface Calls {
  readonly address: ReeveAddress;
  /** @throws CallRefused, CallFailed */
  send(call: Call): Promise<Buffer>;
  /** The answer in its shape. @throws AnswerUnknown where it is another: a newer or broken Reeve */
  ask<T>(schema: z.ZodType<T>, call: Call): Promise<T>;
  close(): void;
}

const isLoopback = (host: string) => host === 'localhost' || host === '[::1]' || host.startsWith('127.');

export function readOrigin(text: string): string {
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw new Error(`${text} is no https address.`);
  return url.origin;
}

function refusalOf(status: number, body: Buffer): CallRefused {
  try {
    const { error } = RunnerError.parse(JSON.parse(body.toString()));
    return new CallRefused(status, error.code, error.message);
  } catch {
    return new CallRefused(status, `http-${status}`, `Reeve answered ${status}: ${body.toString().slice(0, 200)}`);
  }
}

/** What may be tried again: too many requests, a time-out, a server or proxy in trouble. */
const isPassing = (status: number) => status === 408 || status === 429 || status >= 500;

function requestOptions(address: ReeveAddress, call: Call, secret: string | null): https.RequestOptions {
  const url = new URL(call.path, address.origin);
  return {
    method: call.method,
    host: address.connect?.host ?? url.hostname,
    port: address.connect?.port ?? url.port,
    path: url.pathname + url.search,
    servername: url.hostname,
    headers: {
      host: url.host,
      accept: 'application/json',
      ...(secret === null ? {} : { authorization: `Bearer ${secret}` }),
      ...(call.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(call.body === undefined ? {} : { 'content-type': call.body.type }),
    },
  };
}

/** Calls to one Reeve with the secret of one runner, over kept connections. */
export function openCalls(address: ReeveAddress, secret: string | null): Calls {
  const isTls = address.origin.startsWith('https:');
  const trust = address.authorityPem === null ? {} : { ca: [address.authorityPem] };
  const agent = isTls
    ? new https.Agent({ keepAlive: true, maxSockets: 64, ...trust })
    : new http.Agent({ keepAlive: true, maxSockets: 64 });

  const send = async (call: Call): Promise<Buffer> => {
    const limits = [AbortSignal.timeout(call.timeoutMs ?? 30_000), ...(call.signal ? [call.signal] : [])];
    const options = { ...requestOptions(address, call, secret), agent, signal: AbortSignal.any(limits) };
    const body = call.json === undefined ? call.body?.bytes : Buffer.from(JSON.stringify(call.json));
    const answered = Promise.withResolvers<http.IncomingMessage>();
    const request = (isTls ? https : http).request(options, answered.resolve);
    request.on('error', answered.reject);
    request.end(body);
    try {
      const response = await answered.promise;
      const status = response.statusCode ?? 0;
      const answer = await readBody(response, call.mostBytes ?? 64 * 1024 * 1024);
      if (status >= 200 && status < 300) return answer;
      if (isPassing(status)) throw new CallFailed(`Reeve answered ${status}.`);
      throw refusalOf(status, answer);
    } catch (error) {
      if (error instanceof CallRefused || error instanceof CallFailed) throw error;
      call.signal?.throwIfAborted();
      throw new CallFailed(`Reeve at ${address.origin} cannot be reached: ${(error as Error).message}`, {
        cause: error,
      });
    }
  };
  return {
    address,
    send,
    ask: async (schema, call) => {
      const answer = await send(call);
      const read = schema.safeParse(parse(answer));
      if (!read.success) throw new AnswerUnknown(`Reeve answered ${call.path} with something unknown to this runner.`);
      return read.data;
    },
    close: () => agent.destroy(),
  };
}

async function readBody(response: http.IncomingMessage, mostBytes: number): Promise<Buffer> {
  const length = Number(response.headers['content-length'] ?? 0);
  if (length > mostBytes) {
    response.destroy();
    throw new CallRefused(413, 'too-large', `Reeve sent more than ${mostBytes} bytes.`);
  }
  return buffer(response);
}

function parse(answer: Buffer): unknown {
  try {
    return answer.length === 0 ? {} : JSON.parse(answer.toString());
  } catch {
    return undefined;
  }
}

/** Tries until it works, is refused, or `signal` says that it does not matter any more. */
export async function untilAnswered<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      await setTimeout(retryMs(failures), undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}

/** Longer each time up to five seconds; never the same for all runners of a Reeve that comes back. */
export const retryMs = (failures: number): number => Math.min(5_000, 200 * 2 ** failures) * (0.5 + Math.random() / 2);
