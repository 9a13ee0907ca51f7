import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { buffer, json } from 'node:stream/consumers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { httpsOrigin } from '#server/config-values.ts';
import { callOwnApi, type OwnApi } from '#server/http/own-api-caller.ts';
import { exitCodes, Refused } from '#server/refused.ts';
import { explainFailure } from './explain-failure.ts';

export interface ConnectionOptions {
  reeve?: string;
  keyFile?: string;
  key?: string;
  apiKey?: string;
  ca?: string;
}

/** A variable that a pipeline leaves empty is one that is not set. */
function origin(text: string): string {
  if (text === '') return '';
  const { data, error } = httpsOrigin.safeParse(text);
  if (error) throw new InvalidArgumentError(error.issues[0]?.message ?? 'cannot be read');
  return data;
}

/**
 * Where Reeve is, and the key. The key itself is never an argument: everybody on a machine can read those.
 * @param secret the option that says so to whoever tries; another one where `--key` means something else
 */
export const withConnection = (command: Command, secret: '--key' | '--api-key' = '--key'): Command =>
  command
    .addOption(
      new Option('--reeve <origin>', 'where Reeve is, for example https://reeve.example.com')
        .env('REEVE_ORIGIN')
        .argParser(origin),
    )
    .option('--key-file <file>', 'file with the API key; without it, the environment variable REEVE_API_KEY')
    .addOption(new Option(`${secret} <secret>`).env('REEVE_API_KEY').hideHelp())
    .option('--ca <file>', "authority of the server's certificate, in PEM; without it, those of this system");

const readText = (option: string, path: string): Promise<string> =>
  readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new Refused(`${option}: cannot read ${path} (${cause.code}).`, { cause });
  });

async function readKey({ keyFile, key, apiKey }: ConnectionOptions, command: Command, scopes: string): Promise<string> {
  if (command.getOptionValueSource('key') === 'cli' || command.getOptionValueSource('apiKey') === 'cli')
    throw new Refused('An API key on the command line is readable for others. Use --key-file or REEVE_API_KEY.', {
      exitCode: exitCodes.badConfig,
    });
  const secret = (keyFile === undefined ? (apiKey ?? key) : await readText('--key-file', keyFile))?.trim();
  if (!secret)
    throw new Refused(
      `No API key. Make one in the console under Keys with the scope ${scopes}, and give it with --key-file or REEVE_API_KEY.`,
      { exitCode: exitCodes.badConfig },
    );
  if (!/^rk-[\w-]+$/.test(secret))
    throw new Refused('This is not an API key of a workspace: those begin with rk-.', {
      exitCode: exitCodes.badConfig,
    });
  return secret;
}

const withoutBody = new Set([204, 205, 304]);

function unreachable(url: string, cause: NodeJS.ErrnoException): Refused {
  const host = new URL(url).origin;
  const isTls = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL/.test(cause.code ?? '');
  const words = isTls
    ? `The certificate of ${host} is not trusted (${cause.code}). Give its authority with --ca.`
    : `Reeve cannot be reached at ${host} (${cause.code ?? cause.message}). Check the address and that the server runs.`;
  return new Refused(words, { cause, exitCode: exitCodes.unavailable });
}

function send(
  asked: Request,
  body: Buffer,
  { secret, ca }: { secret: string; ca: string | undefined },
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const fail = (cause: NodeJS.ErrnoException) => reject(unreachable(asked.url, cause));
  const headers = {
    ...Object.fromEntries(asked.headers),
    authorization: `Bearer ${secret}`,
    'content-length': String(body.length),
  };
  const call = request(asked.url, { method: asked.method, headers, ...(ca !== undefined && { ca }) });
  call.on('error', fail).on('response', (answer) => {
    const status = answer.statusCode ?? 0;
    const type = answer.headers['content-type'] ?? 'application/octet-stream';
    buffer(answer).then((received) => {
      const content = withoutBody.has(status) ? null : new Uint8Array(received);
      resolve(new Response(content, { status, headers: { 'content-type': type } }));
    }, fail);
  });
  call.end(body);
  return promise;
}

export interface Connection {
  origin: string;
  secret: string;
  ca: string | undefined;
}

/** Where Reeve is and with which key, as the options say. @param scopes which the key needs, for the message */
export async function readConnection(
  options: ConnectionOptions,
  command: Command,
  scopes: string,
): Promise<Connection> {
  if (!options.reeve)
    throw new Refused('Where is Reeve? Give --reeve https://… or set REEVE_ORIGIN.', { exitCode: exitCodes.badConfig });
  const ca = options.ca === undefined ? undefined : await readText('--ca', options.ca);
  return { origin: options.reeve, secret: await readKey(options, command, scopes), ca };
}

export const callReeve = ({ origin: at, secret, ca }: Connection): OwnApi =>
  callOwnApi({
    origin: at,
    send: async (asked) => send(asked, Buffer.from(await asked.arrayBuffer()), { secret, ca }),
    explain: explainFailure,
  });

/** An answer of Reeve's own API as it comes; it may be larger than the memory. */
export async function download({ origin: at, secret, ca }: Connection, path: string): Promise<IncomingMessage> {
  const url = `${at}/api/v1${path}`;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request(url, { headers: { authorization: `Bearer ${secret}` }, ...(ca !== undefined && { ca }) }, resolve)
    .on('error', (cause) => reject(unreachable(url, cause)))
    .end();
  const answer = await promise;
  if (answer.statusCode === 200) return answer;
  const refused = (await json(answer).catch(() => ({}))) as { message?: string };
  throw new Refused(refused.message ?? `Reeve answered ${answer.statusCode}.`, {
    exitCode: answer.statusCode === 401 || answer.statusCode === 403 ? exitCodes.notPermitted : exitCodes.unavailable,
  });
}

/** Reeve's own API with a key. Runs on any machine: it reads no data folder and no setting of the server. */
export const connect = async (options: ConnectionOptions, command: Command): Promise<OwnApi> =>
  callReeve(await readConnection(options, command, 'policies.read (to plan) or policies.write (to apply)'));
