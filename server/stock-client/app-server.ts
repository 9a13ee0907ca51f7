import { z } from 'zod';
import { Condition } from './condition.ts';
import type { Finished, Program, WaitOptions } from './start-program.ts';

const RpcMessage = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string(), data: z.unknown().optional() }).optional(),
});
type RpcMessage = z.infer<typeof RpcMessage>;

function readMessage(line: string): RpcMessage | undefined {
  try {
    return RpcMessage.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** A request the server refused. */
export class AppServerError extends Error {
  readonly code: number;

  constructor(method: string, code: number, message: string) {
    super(`${method}: ${message}`);
    this.code = code;
  }
}

export interface RpcNotice {
  method: string;
  params: unknown;
  /** Present when the server asks the client and waits for `respond`. */
  id?: number | string;
}

/** `codex app-server` on standard input and output: what the TUI, the editors and the desktop app speak to. */
export interface AppServer {
  readonly program: Program;
  readonly exit: Promise<Finished>;
  /** Everything the server sent by itself, in order. */
  readonly notices: readonly RpcNotice[];
  /** The handshake; call it first. */
  initialize(clientName?: string): Promise<unknown>;
  request(method: string, params?: unknown): Promise<unknown>;
  notify(method: string, params?: unknown): void;
  respond(id: number | string, result: unknown): void;
  /** Finds notices that came before the call, too. */
  waitForNotice(method: string, accept?: (params: unknown) => boolean, options?: WaitOptions): Promise<RpcNotice>;
  close(): Promise<Finished>;
}

export function startAppServer(program: Program): AppServer {
  const notices: RpcNotice[] = [];
  const answers = new Map<number | string, RpcMessage>();
  const traffic = new Condition();
  let lastId = 0;

  program.onLine((line, stream) => {
    if (stream !== 'stdout' || line.trim() === '') return;
    const message = readMessage(line);
    if (message === undefined) return traffic.ended(`the app-server sent what is not JSON-RPC: ${line}`);
    if (message.method !== undefined) {
      notices.push({
        method: message.method,
        params: message.params,
        ...(message.id === undefined ? {} : { id: message.id }),
      });
    } else if (message.id !== undefined) answers.set(message.id, message);
    traffic.changed();
  });
  program.exit.then(
    ({ exitCode, signal }) => traffic.ended(`the app-server ended with ${exitCode ?? signal}`),
    (error) => traffic.ended(String(error)),
  );

  const send = (message: object) => program.write(`${JSON.stringify(message)}\n`);
  const failure = (what: string) => () =>
    `${what}\n--- notices\n${notices.map(({ method }) => method).join('\n')}\n--- stderr\n${program.stderr}`;
  const request: AppServer['request'] = async (method, params = {}) => {
    const id = ++lastId;
    send({ id, method, params });
    const answer = await traffic.until(() => answers.get(id), { failure: failure(`no answer to ${method}`) });
    if (answer.error !== undefined) throw new AppServerError(method, answer.error.code, answer.error.message);
    return answer.result;
  };

  return {
    program,
    exit: program.exit,
    notices,
    request,
    notify: (method, params) => send(params === undefined ? { method } : { method, params }),
    respond: (id, result) => send({ id, result }),
    initialize: async (clientName = 'reeve-tests') => {
      const result = await request('initialize', {
        clientInfo: { name: clientName, title: clientName, version: '1.0.0' },
        capabilities: { experimentalApi: true },
      });
      send({ method: 'initialized' });
      return result;
    },
    waitForNotice: (method, accept = () => true, { timeoutMs } = {}) =>
      traffic.until(() => notices.find((notice) => notice.method === method && accept(notice.params)), {
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
        failure: failure(`no ${method}`),
      }),
    close: () => {
      program.endInput();
      program.kill('SIGTERM');
      return program.exit;
    },
  };
}
