import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { JsonifiedClient } from '@orpc/openapi-client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { waitForSignIn } from '#console/expired-session.ts';
import { ServerUnreachable } from '#console/failure.ts';
import { type Contract, contract } from '#contract/index.ts';

const sessionPath = '/api/v1/session';

async function send(request: Request, init: RequestInit): Promise<Response> {
  try {
    return await fetch(request, init);
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ServerUnreachable({ cause });
  }
}

/** Sends; when the session has expired meanwhile, asks to sign in again in a dialog and repeats, so that nothing typed is lost. */
async function sendSignedIn(request: Request, init: RequestInit): Promise<Response> {
  const again = request.clone();
  const response = await send(request, init);
  if (response.status !== 401 || new URL(request.url).pathname === sessionPath) return response;
  if (!(await saysNotSignedIn(response.clone()))) return response;
  return (await waitForSignIn()) ? send(again, init) : response;
}

async function saysNotSignedIn(response: Response): Promise<boolean> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body && body.code === 'not-signed-in';
}

const link = new OpenAPILink(contract, {
  url: () => `${location.origin}/api/v1`,
  fetch: (request, init) => sendSignedIn(request, { ...init, credentials: 'same-origin' }),
});

export const client: JsonifiedClient<ContractRouterClient<Contract>> = createORPCClient(link);

/** Query and mutation options for every endpoint of the contract. */
export const api = createTanstackQueryUtils(client);
