import { isContractProcedure } from '@orpc/contract';
import type { EndpointMeta } from '#contract/endpoint.ts';
import { contract } from '#contract/index.ts';

export interface EndpointFacts extends EndpointMeta {
  /** Keys in the contract, for example `policies.create`. */
  name: string;
  feature: string;
  method: string;
  path: string;
  summary: string;
}

function collect(part: object, keys: readonly string[]): EndpointFacts[] {
  if (isContractProcedure(part)) {
    const { meta, route } = part['~orpc'];
    const { method = 'POST', path = '/', summary = '' } = route;
    return [{ ...(meta as EndpointMeta), name: keys.join('.'), feature: keys[0] ?? '', method, path, summary }];
  }
  return Object.entries(part).flatMap(([key, inner]) => collect(inner as object, [...keys, key]));
}

/** Every endpoint of Reeve's own API, in the order of the contract. */
export const endpoints: readonly EndpointFacts[] = collect(contract, []);
