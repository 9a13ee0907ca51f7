import type { Actor } from '#server/audit/index.ts';
import type { Services } from '#server/services.ts';

export type ScimServices = Pick<Services, 'db' | 'clock' | 'signals' | 'origin' | 'log'>;

/** Whoever calls, by key, with what an answer needs. */
export interface ScimCaller {
  workspaceId: string;
  actor: Actor;
  /** `https://reeve.example.com/scim/v2`, for `meta.location`. */
  baseUrl: string;
}

export type ScimMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface ScimRequest {
  method: ScimMethod;
  /** Below the base URL: `['Users', 'mem_1']`. */
  path: readonly string[];
  query: Readonly<Record<string, string>>;
  body: unknown;
  ifMatch: string | null;
  ifNoneMatch: string | null;
}

export interface ScimAnswer {
  status: number;
  body?: unknown;
  /** Of one resource: its ETag and where it is. */
  version?: string;
  location?: string;
}
