import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { JsonifiedClient } from '@orpc/openapi-client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { waitForSignIn } from '#console/expired-session.ts';
import { ServerUnreachable } from '#console/failure.ts';
import { paths } from '#console/paths.ts';
import { waitForStepUp } from '#console/second-factor/step-up-wait.ts';
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

/**
 * Sends; when the session has expired meanwhile, or the action wants a second factor, asks for it in a dialog and repeats, so that
 * nothing typed is lost.
 */
async function sendSignedIn(request: Request, init: RequestInit): Promise<Response> {
  const again = request.clone();
  const response = await send(request, init);
  const wait = await whatToWaitFor(request, response);
  return wait !== null && (await wait()) ? sendSignedIn(again, init) : response;
}

async function whatToWaitFor(request: Request, response: Response): Promise<(() => Promise<boolean>) | null> {
  if (response.status !== 401 && response.status !== 403) return null;
  const code = await codeOf(response.clone());
  if (code === 'not-signed-in' && new URL(request.url).pathname !== sessionPath) return waitForSignIn;
  if (code === 'step-up-required') return waitForStepUp;
  if (code === 'second-factor-required') leaveToEnrol();
  return null;
}

/** The rule of the workspace has come into force while this page was open. */
function leaveToEnrol(): void {
  if (location.pathname === paths.enrol) return;
  location.assign(`${paths.enrol}?${new URLSearchParams({ next: location.pathname + location.search })}`);
}

async function codeOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
}

const link = new OpenAPILink(contract, {
  url: () => `${location.origin}/api/v1`,
  fetch: (request, init) => sendSignedIn(request, { ...init, credentials: 'same-origin' }),
});

export const client: JsonifiedClient<ContractRouterClient<Contract>> = createORPCClient(link);

/** Query and mutation options for every endpoint of the contract. */
export const api = createTanstackQueryUtils(client);
