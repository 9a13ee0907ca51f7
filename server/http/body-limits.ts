import { isContractProcedure } from '@orpc/contract';
import type { EndpointMeta } from '#contract/endpoint.ts';
import { contract } from '#contract/index.ts';

/** Of a body of Reeve's own API, where its endpoint says nothing else. */
export const usualBodyBytes = 2 * 1024 * 1024;

function collect(part: object): [call: string, bytes: number][] {
  if (!isContractProcedure(part)) return Object.values(part).flatMap((inner) => collect(inner as object));
  const { meta, route } = part['~orpc'];
  const { maxBodyBytes } = meta as EndpointMeta;
  return maxBodyBytes === undefined ? [] : [[`${route.method} ${route.path}`, maxBodyBytes]];
}

/** A parameter stands for one part of the path. */
const patternOf = (call: string): RegExp =>
  new RegExp(`^${call.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`);

const larger = collect(contract).map(([call, bytes]) => ({ pattern: patternOf(call), bytes }));

/** How many bytes a call may send. `path` is that of the endpoint, without the prefix of the API. */
export const maxBodyBytesOf = (method: string, path: string): number =>
  larger.find(({ pattern }) => pattern.test(`${method} ${path}`))?.bytes ?? usualBodyBytes;
