/**
 * Which feature may call which (through its index.ts only), and which owns which table. `boundaries.test.ts` reads every import and
 * every query and fails on anything else. The platform (http, db, crypto, log, jobs, mail and the files directly under server/) knows
 * no feature, except `app.ts` and the commands, which put everything together.
 */
export const features = {
  audit: {
    calls: [],
    tables: [
      'audit_events',
      'audit_chain',
      'audit_checkpoints',
      'audit_tree',
      'audit_copies',
      'audit_keys',
      'audit_verifications',
    ],
  },
  roles: { calls: ['audit'], tables: ['roles', 'role_grants'] },
  identity: {
    calls: ['audit', 'roles'],
    tables: [
      'sessions',
      'oauth_artifacts',
      'client_grants',
      'device_requests',
      'access_tokens',
      'signing_keys',
      'passkeys',
      'totp_secrets',
      'recovery_codes',
      'webauthn_challenges',
      'pending_sign_ins',
    ],
  },
  keys: { calls: ['audit'], tables: ['workspace_keys', 'workspace_key_secrets'] },
  workspace: { calls: ['audit', 'identity', 'policies'], tables: ['workspaces'] },
  policies: {
    calls: ['audit'],
    tables: [
      'policies',
      'policy_drafts',
      'policy_revisions',
      'policy_requests',
      'policy_assignments',
      'policy_orders',
      'policy_releases',
      'policy_deliveries',
      'policy_receipts',
    ],
  },
  directory: {
    calls: ['audit', 'identity', 'policies', 'roles', 'workspace'],
    tables: ['members', 'groups', 'group_members', 'links', 'scim_users', 'scim_groups', 'scim_contacts'],
  },
  sso: {
    calls: ['audit', 'directory', 'identity', 'roles', 'workspace'],
    tables: ['sso_connections', 'email_domains', 'sso_attempts', 'sso_accounts', 'sso_used_assertions'],
  },
  models: {
    calls: ['activity', 'audit', 'policies', 'roles'],
    tables: [
      'models',
      'model_prices',
      'price_corrections',
      'model_upstreams',
      'model_calls',
      'former_calls',
      'seen_clients',
      'secrets',
    ],
  },
  activity: {
    calls: ['audit', 'policies'],
    tables: ['activity_events', 'activity_content', 'activity_unknown', 'activity_due'],
  },
  analytics: {
    calls: ['activity', 'audit'],
    tables: [
      'usage_hours',
      'usage_days',
      'usage_months',
      'usage_marks',
      'usage_totals',
      'usage_mark_totals',
      'usage_sizes',
      'usage_sources',
      'usage_due',
      'usage_zones',
      'usage_floors',
      'usage_recounts',
    ],
  },
  telemetry: { calls: ['activity', 'identity', 'policies'], tables: ['client_events', 'telemetry_senders'] },
  compliance: {
    calls: [
      'activity',
      'analytics',
      'audit',
      'cloud',
      'connectors',
      'directory',
      'identity',
      'models',
      'policies',
      'sso',
      'team-config',
    ],
    tables: [
      'compliance_log_files',
      'compliance_log_marks',
      'compliance_destinations',
      'compliance_positions',
      'compliance_retention',
      'compliance_holds',
      'compliance_erasures',
      'compliance_replaced_files',
      'compliance_exports',
    ],
  },
  connect: { calls: ['workspace'], tables: [] },
  'team-config': {
    calls: ['audit', 'connectors', 'directory', 'identity', 'policies', 'roles', 'workspace'],
    tables: [
      'team_config_bundles',
      'team_config_drafts',
      'team_config_versions',
      'team_config_reviews',
      'team_config_subscriptions',
      'team_config_usages',
      'team_config_pull_requests',
      'team_config_rules',
    ],
  },
  connectors: {
    calls: ['audit', 'directory', 'identity', 'roles', 'workspace'],
    tables: [
      'git_connections',
      'git_pending',
      'git_installations',
      'git_repositories',
      'git_accounts',
      'git_token_uses',
      'git_deliveries',
    ],
  },
  cloud: {
    calls: [
      'activity',
      'audit',
      'connect',
      'connectors',
      'directory',
      'identity',
      'models',
      'policies',
      'roles',
      'workspace',
    ],
    tables: [
      'cloud_environments',
      'cloud_environment_secrets',
      'cloud_environment_groups',
      'cloud_environment_pins',
      'cloud_runners',
      'cloud_runner_tokens',
      'cloud_caches',
      'cloud_tasks',
      'cloud_turns',
      'cloud_attempts',
      'cloud_log',
      'cloud_egress',
      'cloud_comments',
      'cloud_pull_requests',
      'cloud_group_limits',
    ],
  },
  verify: {
    calls: [
      'activity',
      'audit',
      'connect',
      'directory',
      'identity',
      'models',
      'policies',
      'roles',
      'telemetry',
      'workspace',
    ],
    tables: ['proof_runs', 'proof_cells', 'proof_attempts', 'proof_certificates', 'proof_alerts', 'proof_schedules'],
  },
  setup: {
    calls: [
      'audit',
      'compliance',
      'directory',
      'identity',
      'keys',
      'models',
      'policies',
      'roles',
      'sso',
      'team-config',
      'telemetry',
      'verify',
      'workspace',
    ],
    tables: ['setup_check_states'],
  },
} as const satisfies Record<string, { calls: readonly string[]; tables: readonly string[] }>;

/** Read by any feature in joins, written by their owner only: everything in Reeve is about a member of a workspace. */
export const tablesAnyoneMayRead = [
  'activity_events',
  'activity_due',
  'activity_unknown',
  'usage_days',
  'usage_hours',
  'usage_totals',
  'workspaces',
  'members',
  'groups',
  'group_members',
  'roles',
  'role_grants',
  'seen_clients',
  'email_domains',
  'sso_connections',
  // What turning Codex cloud off would end is told before it is done; which repositories are used decides whether a connection may go.
  'cloud_environments',
  // The token of a hosted task works while its attempt is leased.
  'cloud_attempts',
  // A legal hold binds whoever deletes.
  'compliance_holds',
] as const;

/** The platform's own tables: no feature touches them. */
export const platformTables = ['blobs', 'rate_limits'] as const;

/** Writes beside the owner's, each with its reason. */
export const alsoWrites: readonly { feature: keyof typeof features; table: string; because: string }[] = [
  { feature: 'analytics', table: 'activity_due', because: 'whoever has counted takes the note away' },
  { feature: 'roles', table: 'workspaces', because: 'the default role belongs to the roles' },
  { feature: 'roles', table: 'groups', because: 'the guided set-up makes its groups with their roles, all or nothing' },
  { feature: 'roles', table: 'group_members', because: 'and puts the chosen people in' },
  { feature: 'identity', table: 'workspaces', because: 'the rule for second factors belongs to signing in' },
  { feature: 'identity', table: 'members', because: 'password_hash and last_active_at belong to signing in' },
  {
    feature: 'sso',
    table: 'workspaces',
    because: 'whether single sign-on is required belongs to signing in',
  },
  { feature: 'sso', table: 'members', because: 'who may sign in past single sign-on belongs to that rule' },
  {
    feature: 'policies',
    table: 'workspaces',
    because: 'fallback, baseline, the version of the order and the protection of policies belong to the policies',
  },
];

/** The one feature the platform calls: every endpoint's audit event is checked where it is mounted. */
export const calledByPlatform: readonly (keyof typeof features)[] = ['audit'];
