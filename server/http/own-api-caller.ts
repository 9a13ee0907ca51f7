import { createORPCClient, ORPCError } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import type { JsonifiedClient } from '@orpc/openapi-client';
import { OpenAPILink } from '@orpc/openapi-client/fetch';
import { type Contract, contract } from '#contract/index.ts';

/** Reeve's own API as somebody who calls it over HTTP sees it, typed by the contract. */
export type OwnApi = JsonifiedClient<ContractRouterClient<Contract>>;

interface Caller {
  origin: string;
  send: (asked: Request) => Promise<Response>;
  /** What is thrown in place of a failure. */
  explain: (error: unknown) => unknown;
}

export function callOwnApi({ origin, send, explain }: Caller): OwnApi {
  const link = new OpenAPILink(contract, {
    url: `${origin}/api/v1`,
    interceptors: [
      async ({ next }) => {
        try {
          return await next();
        } catch (error) {
          throw explain(error);
        }
      },
    ],
    fetch: send,
  });
  return createORPCClient(link);
}

export interface OwnApiRefusal {
  code: string;
  status: number;
  message: string;
  data: unknown;
}

/** What Reeve answered in place of a result. Null: something else went wrong. */
export const refusalIn = (error: unknown): OwnApiRefusal | null => (error instanceof ORPCError ? error : null);
