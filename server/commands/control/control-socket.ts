import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import type { Logger } from 'pino';
import { Refused } from '#server/refused.ts';

/** What a running server does for a command: answers JSON, or bytes that are streamed. */
export type ControlCalls = Readonly<Record<string, (input: unknown) => Promise<unknown>>>;

/** sockaddr_un.sun_path holds 108 bytes on Linux, 104 elsewhere, the closing zero included. */
const longestPathBytes = 103;
export const controlFile = (dataFolder: string): string => join(dataFolder, 'control.json');

async function socketPath(dataFolder: string): Promise<{ path: string; temporaryFolder: string | null }> {
  const beside = join(dataFolder, 'control.sock');
  if (Buffer.byteLength(beside) <= longestPathBytes) return { path: beside, temporaryFolder: null };
  const temporaryFolder = await mkdtemp(join(tmpdir(), 'reeve-'));
  return { path: join(temporaryFolder, 'control.sock'), temporaryFolder };
}

async function answer(calls: ControlCalls, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = calls[request.url?.slice(1) ?? ''];
  if (!call || request.method !== 'POST') {
    response.writeHead(404).end('{}');
    return;
  }
  const result = await call(await json(request));
  if (result instanceof Blob) {
    response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': result.size });
    await pipeline(result.stream(), response);
    return;
  }
  if (result instanceof ReadableStream) {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    await pipeline(result, response);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result ?? null));
}

/**
 * Where the other commands reach the server that holds the data folder: a socket that only this user can open. The caller holds the
 * folder's lock, so a socket that is already there is left over.
 */
export async function openControlSocket(
  dataFolder: string,
  calls: ControlCalls,
  log: Logger,
): Promise<{ close(): Promise<void> }> {
  const { path, temporaryFolder } = await socketPath(dataFolder);
  await rm(path, { force: true });
  const server = createServer((request, response) => {
    answer(calls, request, response).catch((error: unknown) => {
      const isExpected = error instanceof Refused;
      if (!isExpected) log.error({ err: error, call: request.url }, 'a command could not be carried out');
      const message = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) response.writeHead(isExpected ? 409 : 500);
      response.end(JSON.stringify({ message }));
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(path, resolve);
  await promise;
  await chmod(path, 0o600);
  await writeFile(controlFile(dataFolder), JSON.stringify({ socket: path }), { mode: 0o600 });
  return {
    async close() {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
      await rm(controlFile(dataFolder), { force: true });
      if (temporaryFolder) await rm(temporaryFolder, { recursive: true, force: true });
    },
  };
}
