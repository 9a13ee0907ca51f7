import type { BuiltInRole } from '#contract/built-in-roles.ts';
import type { EndpointMeta } from '#contract/endpoint.ts';
import { contract } from '#contract/index.ts';

/** An endpoint of Reeve's own API with who may call it. */
export interface AskedEndpoint {
  /** `policies.list` */
  name: string;
  allow: EndpointMeta['allow'];
}

function walk(node: unknown, trail: readonly string[]): AskedEndpoint[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('~orpc' in node) {
    const { meta } = node['~orpc'] as { meta: EndpointMeta };
    return [{ name: trail.join('.'), allow: meta.allow }];
  }
  return Object.entries(node).flatMap(([key, child]) => walk(child, [...trail, key]));
}

/** Every endpoint there is. */
export const listEndpoints = (): AskedEndpoint[] => walk(contract, []);

/**
 * What the built-in roles are for, written down apart from what grants it: some endpoints each must open, and some it must not. By name,
 * so that a change of a permission, of a role or of an endpoint that opens too much is found.
 */
export const expectedAccess: Readonly<Record<BuiltInRole, { opens: readonly string[]; refuses: readonly string[] }>> = {
  owner: {
    opens: ['policies.list', 'workspace.updateSettings', 'roles.create', 'audit.list', 'keys.create'],
    refuses: [],
  },
  admin: {
    opens: ['policies.list', 'workspace.updateSettings', 'keys.create', 'audit.list', 'models.setUpstream'],
    refuses: ['roles.create', 'compliance.listLogFiles'],
  },
  'codex-admin': {
    opens: ['policies.list', 'policies.create', 'activity.list', 'setup.checks', 'proofs.start'],
    refuses: ['workspace.updateSettings', 'roles.create', 'keys.create', 'audit.list', 'directory.members.invite'],
  },
  'codex-user': {
    opens: [],
    refuses: ['policies.list', 'activity.list', 'workspace.settings', 'audit.list', 'setup.checks', 'keys.list'],
  },
  'analytics-viewer': {
    opens: ['activity.list'],
    refuses: ['policies.list', 'policies.create', 'workspace.updateSettings', 'audit.list'],
  },
  'compliance-officer': {
    opens: ['policies.list', 'audit.list', 'workspace.settings', 'activity.list'],
    refuses: ['policies.create', 'workspace.updateSettings', 'keys.create'],
  },
};
