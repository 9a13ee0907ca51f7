import {
  type ComplianceLogType,
  complianceLogTypeNames,
  complianceLogTypes,
  isComplianceLogType,
} from '#contract/compliance.ts';
import { type KeyScope, scopeOfLogType } from '#contract/key-scopes.ts';
import type { Database } from '#server/db/open-database.ts';
import { ReeveError } from '#server/fail.ts';
import type { KeyHolder } from '#server/http/request-context.ts';
import { listLogFiles } from '../log-files/log-file-queries.ts';
import { notValid } from './render-error.ts';
import type { LogFileList, LogsQuery } from './wire.ts';

export type LogsOf = 'workspace' | 'organization';

/** Any one of these reads log files of every type; the last is the first name of the same. */
export const broadLogScopes = [
  'chatgpt.enterprise.compliance_logs_platform.read',
  'chatgpt.enterprise.compliance_export.read',
  'compliance.read',
] as const satisfies readonly KeyScope[];

export const logScopes = (of: LogsOf): readonly KeyScope[] => [
  ...broadLogScopes,
  ...complianceLogTypeNames.filter((type) => complianceLogTypes[type].of === of).map(scopeOfLogType),
];

/** @throws ReeveError scope-missing */
export function checkTypes({ scopes }: Pick<KeyHolder, 'scopes'>, types: readonly ComplianceLogType[]): void {
  if (broadLogScopes.some((scope) => scopes.has(scope))) return;
  const missing = types.map(scopeOfLogType).find((scope) => !scopes.has(scope));
  if (missing)
    throw new ReeveError('scope-missing', { scope: missing }, { message: `This key lacks the scope ${missing}.` });
}

/** The parameter may be repeated, or hold several with commas. @throws ReeveError bad-input for one that is not known here */
export function readTypes(written: readonly string[], of: LogsOf): ComplianceLogType[] {
  const known = complianceLogTypeNames.filter((type) => complianceLogTypes[type].of === of);
  const types = written.map((name) => {
    if (isComplianceLogType(name) && complianceLogTypes[name].of === of) return name;
    throw notValid('event_type', `${JSON.stringify(name.slice(0, 100))} is none of ${known.join(', ')}.`);
  });
  return [...new Set(types)];
}

export async function readLogFiles(
  db: Database,
  workspaceId: string,
  { types, after, before, limit }: Omit<LogsQuery, 'event_type'> & { types: readonly ComplianceLogType[] },
): Promise<LogFileList> {
  const rows = await listLogFiles(db, workspaceId, { types, after, before: before ?? null, limit: limit + 1 });
  const page = rows.slice(0, limit);
  return {
    data: page.map(({ id, event_type, end_time, file_name, bytes, sha256 }) => ({
      id,
      event_type,
      end_time: end_time.toISOString(),
      file_name,
      file_size: bytes,
      file_sha256: sha256,
    })),
    has_more: rows.length > limit,
    last_end_time: page.at(-1)?.end_time.toISOString() ?? null,
  };
}
