import { readFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { Refused } from '#server/refused.ts';
import { controlFile } from './control-socket.ts';

const ControlFile = z.object({ socket: z.string() });
const Failure = z.object({ message: z.string() });

async function socketOf(dataFolder: string): Promise<string | null> {
  const text = await readFile(controlFile(dataFolder), 'utf8').catch(() => null);
  return text === null ? null : (ControlFile.safeParse(JSON.parse(text)).data?.socket ?? null);
}

/** The running server on a data folder, as far as a command can reach it. */
export interface RunningServer {
  ask<Answer>(call: string, input: unknown, schema: z.ZodType<Answer>): Promise<Answer>;
  /** For an answer that is bytes. */
  download(call: string, input: unknown): Promise<IncomingMessage>;
}

async function send(socketPath: string, call: string, input: unknown): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request({ socketPath, path: `/${call}`, method: 'POST' }, resolve)
    .once('error', reject)
    .end(JSON.stringify(input ?? {}));
  const response = await promise;
  if (response.statusCode === 200) return response;
  const { message } = Failure.catch({ message: `it answered ${response.statusCode}` }).parse(await json(response));
  throw new Refused(`The running server could not do it: ${message}`);
}

/** Null when no server runs on the folder, or it is not one that can be asked. */
export async function findRunningServer(dataFolder: string): Promise<RunningServer | null> {
  const socket = await socketOf(dataFolder);
  if (socket === null) return null;
  const isThere = await send(socket, 'status', {}).then(
    (response) => response.resume() !== null,
    () => false,
  );
  if (!isThere) return null;
  return {
    ask: async (call, input, schema) => schema.parse(await json(await send(socket, call, input))),
    download: (call, input) => send(socket, call, input),
  };
}
