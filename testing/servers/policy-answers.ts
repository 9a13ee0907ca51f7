import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PolicyAnswers {
  origin: string;
  /** Model calls so far; each one was answered 400 with `model calls end here`. */
  modelCalls: { path: string; headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/** Answers requests for a policy with `answer(path)`, and everything else as briefly as the client allows. */
export async function startPolicyAnswers(answer: (path: string) => unknown): Promise<PolicyAnswers> {
  const modelCalls: PolicyAnswers['modelCalls'] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*/, '');
    request.resume();
    if (/\/config\/(bundle|requirements)$/.test(path)) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answer(path)));
    } else if (path.endsWith('/responses') && request.method === 'POST') {
      modelCalls.push({ path, headers: request.headers });
      response.writeHead(400, { 'content-type': 'text/plain' }).end('model calls end here');
    } else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    modelCalls,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A stored sign-in of an enterprise member. The client reads the claims and verifies no signature. */
export function signedInMember(): object {
  const claims = {
    email: 'ada@corp.test',
    exp: 4_102_444_800,
    'https://api.openai.com/auth': {
      chatgpt_account_id: 'account-1',
      chatgpt_plan_type: 'enterprise',
      chatgpt_user_id: 'member-1',
      user_id: 'member-1',
    },
  };
  const token = `${part({ alg: 'none' })}.${part(claims)}.unsigned`;
  return {
    auth_mode: 'chatgpt',
    OPENAI_API_KEY: null,
    tokens: { id_token: token, access_token: token, refresh_token: 'refresh-1', account_id: 'account-1' },
    last_refresh: new Date().toISOString(),
  };
}
