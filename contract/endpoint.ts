import { oc } from '@orpc/contract';
import type { AuditEventName } from './audit-events.ts';
import { scopesCarrying } from './key-scopes.ts';
import type { Permission } from './permissions.ts';

/** Who may call: a permission, any signed-in member, or anyone at all. */
export type Allow = Permission | 'member' | 'anyone';

export interface EndpointMeta {
  allow: Allow;
  /** The event recorded in the mutation's own transaction, or why there is none. */
  audit: AuditEventName | { none: string };
  /** Another event a call may leave in place of `audit`. */
  orAudit?: AuditEventName;
  /**
   * Dangerous: whoever has a second factor shows it again when they last did so more than ten minutes ago. Left out: as `dangerous` says
   * of the permission.
   */
  stepUp?: boolean;
  /** Works for members who still have to set up, or show, the second factor that their workspace requires. */
  beforeSecondFactor?: boolean;
  /** Where a body may be larger than usual, for whoever is signed in or has a key. */
  maxBodyBytes?: number;
}

export interface EndpointOptions extends EndpointMeta {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: `/${string}`;
  summary: string;
  tag: string;
}

/** What gives power, or takes it: every recorded change under one of these asks for a second factor again. */
export const dangerous: ReadonlySet<Allow> = new Set<Allow>([
  'access-tokens.create',
  'compliance.delete',
  'compliance.read',
  'compliance.write',
  'keys.write',
  'policies.write',
  'roles.write',
  'sign-in.write',
]);

const isDangerous = ({ allow, audit, stepUp }: EndpointMeta): boolean =>
  stepUp ?? (dangerous.has(allow) && typeof audit === 'string');

/** As OpenAPI says it: any one of these lets a call in. */
const security = (allow: Allow): Record<string, string[]>[] => {
  if (allow === 'anyone') return [];
  const scopes = allow === 'member' ? [] : scopesCarrying(allow);
  return [{ session: [] }, ...scopes.map((scope) => ({ key: [scope] }))];
};

/** One procedure of Reeve's own API. `allow` and `audit` cannot be forgotten; everything else derives from the contract. */
export const endpoint = ({ method, path, summary, tag, ...meta }: EndpointOptions) =>
  oc.$meta<EndpointMeta>({ ...meta, stepUp: isDangerous(meta) }).route({
    method,
    path,
    summary,
    tags: [tag],
    inputStructure: 'compact',
    outputStructure: 'compact',
    spec: (operation) => ({ ...operation, security: security(meta.allow) }),
  });

export const readsOnly = { none: 'reads only' } as const;
