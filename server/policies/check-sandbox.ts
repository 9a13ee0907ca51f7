import { reservedPermissionNames } from '#contract/requirements/sandbox.ts';
import { checkDeniedPaths } from './check-denied-paths.ts';
import { nodeAt, type TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';

const builtInProfiles = [':read-only', ':workspace', ':danger-full-access'] as const;

/** Inserts `"read-only"` as the first entry and leaves every other byte as it is. */
function addReadOnly(list: TomlNode, document: string): { label: string; contents: string } | null {
  if (list.range === null) return null;
  const first = list.children.get('0')?.range?.[0] ?? null;
  const at = first ?? list.range[0] + 1;
  const entry = first === null ? '"read-only"' : '"read-only", ';
  return { label: 'Add "read-only"', contents: document.slice(0, at) + entry + document.slice(at) };
}

function checkModes(root: TomlNode, path: readonly string[], document: string, report: Report): void {
  const list = nodeAt(root, path);
  if (!Array.isArray(list?.value) || list.value.includes('read-only')) return;
  report({
    severity: 'error',
    code: 'read-only-missing',
    at: list,
    path,
    message: `\`${writePath(path, root)}\` must contain "read-only": a client that gets a list without it refuses to start. Members may still use the other modes in the list.`,
    fix: addReadOnly(list, document),
  });
}

function checkProfileNames(root: TomlNode, defined: ReadonlySet<string>, report: Report): void {
  for (const [name, node] of root.children.get('allowed_permission_profiles')?.children ?? []) {
    if (defined.has(name)) continue;
    report({
      severity: 'error',
      code: 'undefined-profile',
      at: node.key,
      path: ['allowed_permission_profiles', name],
      message: `The permission profile \`${name}\` is not defined: add \`[permissions.${name}]\` or take it out. A client that gets this document refuses to start.`,
    });
  }
}

function checkDefault(root: TomlNode, ownProfiles: readonly string[], report: Report): void {
  const allowed = root.children.get('allowed_permission_profiles');
  const chosen = root.children.get('default_permissions');
  const isAllowed = (name: string): boolean => allowed?.children.get(name)?.value === true;
  if (chosen && !allowed) {
    report({
      severity: 'error',
      code: 'default-without-list',
      at: chosen,
      path: ['default_permissions'],
      message:
        '`default_permissions` needs the table `[allowed_permission_profiles]` that allows it. A client that gets this document refuses to start.',
    });
  } else if (chosen && typeof chosen.value === 'string' && !isAllowed(chosen.value)) {
    report({
      severity: 'error',
      code: 'default-not-allowed',
      at: chosen,
      path: ['default_permissions'],
      message: `The default profile ${chosen.found} is not allowed: add \`${chosen.found} = true\` to \`[allowed_permission_profiles]\`. A client that gets this document refuses to start.`,
    });
  } else if (!chosen && allowed && !(isAllowed(':workspace') && isAllowed(':read-only'))) {
    report({
      severity: 'error',
      code: 'default-missing',
      at: allowed.key,
      path: ['allowed_permission_profiles'],
      message:
        'Say with `default_permissions` which profile clients start with, or allow both ":workspace" and ":read-only". A client that gets this document refuses to start.',
    });
  } else if (!chosen && !allowed && ownProfiles.length > 0) {
    const name = ownProfiles[0] ?? '';
    report({
      severity: 'error',
      code: 'profiles-without-default',
      at: nodeAt(root, ['permissions', name])?.key ?? root.key,
      path: ['permissions', name],
      message:
        'A document that defines permission profiles must say which one clients start with: set `default_permissions` and list the profiles in `[allowed_permission_profiles]`. A client that gets this document refuses to start.',
    });
  }
}

/** Follows `extends` from the default profile, as the client does when it starts; other chains break later, for who picks them. */
export function checkInheritance(root: TomlNode, ownProfiles: readonly string[], report: Report): void {
  const chosen = root.children.get('default_permissions')?.value;
  for (const start of ownProfiles) {
    const seen = new Set<string>();
    let name = start;
    while (ownProfiles.includes(name) && !seen.has(name)) {
      seen.add(name);
      const next = nodeAt(root, ['permissions', name, 'extends']);
      if (typeof next?.value !== 'string') break;
      const isLoop = seen.has(next.value);
      const isDefined = ownProfiles.includes(next.value) || builtInProfiles.some((known) => known === next.value);
      if (isLoop || !isDefined) {
        report({
          severity: start === chosen ? 'error' : 'warning',
          code: isLoop ? 'profile-loop' : 'undefined-profile',
          at: next,
          path: ['permissions', name, 'extends'],
          message: `\`${name}\` extends ${next.found}, which ${isLoop ? 'leads back to itself' : 'is not defined'}. A client cannot start with the profile \`${start}\`.`,
        });
        break;
      }
      name = next.value;
    }
  }
}

/** Paths in profiles that are neither absolute nor known by name. */
export function checkPaths(root: TomlNode, ownProfiles: readonly string[], report: Report): void {
  const chosen = root.children.get('default_permissions')?.value;
  for (const profile of ownProfiles) {
    for (const [path, node] of nodeAt(root, ['permissions', profile, 'filesystem'])?.children ?? []) {
      if (path === 'glob_scan_max_depth' || /^([/:]|~\/|~$|[A-Za-z]:[\\/])/.test(path)) continue;
      report({
        severity: profile === chosen ? 'error' : 'warning',
        code: 'relative-path',
        at: node.key,
        path: ['permissions', profile, 'filesystem', path],
        message: `\`${path}\` must be absolute, start with \`~/\` or be a name such as ":root". A client cannot start with the profile \`${profile}\`.`,
      });
    }
  }
}

/** Full access as a start and a limit on it: `codex exec`, which asks nobody, ends at once; the others fall back to read-only. */
function checkFullAccess(root: TomlNode, report: Report): void {
  const chosen = root.children.get('default_permissions');
  if (chosen?.value !== ':danger-full-access') return;
  const modes = root.children.get('allowed_sandbox_modes')?.value;
  const denied = nodeAt(root, ['permissions', 'filesystem', 'deny_read']);
  const limit =
    Array.isArray(modes) && !modes.includes('danger-full-access')
      ? 'allowed_sandbox_modes'
      : denied && denied.children.size > 0
        ? 'permissions.filesystem.deny_read'
        : null;
  if (limit === null) return;
  const message = `Full access as the start contradicts \`${limit}\`: \`codex exec\` refuses to run with both. Start with ":workspace" or take the limit out.`;
  report({ severity: 'error', code: 'full-access-limited', at: chosen, path: ['default_permissions'], message });
}

/** The rules on sandbox modes and permission profiles that no single key can tell. */
export function checkSandbox(root: TomlNode, document: string, report: Report): void {
  checkModes(root, ['allowed_sandbox_modes'], document, report);
  for (const index of root.children.get('remote_sandbox_config')?.children.keys() ?? []) {
    checkModes(root, ['remote_sandbox_config', index, 'allowed_sandbox_modes'], document, report);
  }
  const reserved: readonly string[] = reservedPermissionNames;
  const ownProfiles = [...(root.children.get('permissions')?.children.keys() ?? [])].filter(
    (n) => !reserved.includes(n),
  );
  for (const name of ownProfiles.filter((profile) => profile.startsWith(':'))) {
    report({
      severity: 'error',
      code: 'reserved-profile',
      at: nodeAt(root, ['permissions', name])?.key ?? root.key,
      path: ['permissions', name],
      message: `Names that start with ":" belong to the client's own profiles; call this one \`${name.slice(1) || 'company'}\`. A client that gets this document refuses to start.`,
    });
  }
  checkProfileNames(root, new Set([...builtInProfiles, ...ownProfiles]), report);
  checkDefault(root, ownProfiles, report);
  checkInheritance(root, ownProfiles, report);
  checkPaths(root, ownProfiles, report);
  checkDeniedPaths(root, report);
  checkFullAccess(root, report);
}
