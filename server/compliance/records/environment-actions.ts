import { after, type Entry, fieldsOf } from './entry-facts.ts';
import { admin, type ToActions } from './logged-actions.ts';

/** What was said of the environment, by the vendor's names: variables by name, scripts not at all. A change has only what it changed. */
function fieldsIn(entry: Entry): Record<string, unknown> {
  const said = after(entry);
  const { label, description, repositories, variables, isCacheOn, model, internet, sharing, groupIds } = said;
  const fields = {
    label,
    description,
    repos: repositories,
    env_var_keys: variables,
    cache_settings: isCacheOn === undefined ? undefined : { enabled: isCacheOn },
    agent_settings: model === undefined ? undefined : { model },
    permissions: internet === undefined ? undefined : { network_access: fieldsOf(internet) },
    share_settings: sharing,
    // Ours: with whom, where that is groups.
    share_group_ids: groupIds,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** In AUDIT_LOG under a name of ours, and in CODEX_LOG as the vendor has it. */
export const environmentSaved =
  (action: string, detail_type: 'ENVIRONMENT_CREATED' | 'ENVIRONMENT_UPDATED'): ToActions =>
  (entry) => [
    ...admin(action)(entry),
    {
      log: 'CODEX_LOG',
      details: { detail_type, environment_id: entry.subject_id ?? '', environment_fields: fieldsIn(entry) },
    },
  ];

export const environmentDeleted: ToActions = (entry) => [
  ...admin('CODEX_ENVIRONMENT_DELETE')(entry),
  { log: 'CODEX_LOG', details: { detail_type: 'ENVIRONMENT_DELETED', environment_id: entry.subject_id ?? '' } },
];
