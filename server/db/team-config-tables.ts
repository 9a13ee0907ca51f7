import type { Generated } from 'kysely';
import type { PullRequest } from '#contract/tasks.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import type { Json, Timestamp } from './column-types.ts';
import type { Author } from './policy-tables.ts';

/** The library of Team Config bundles and what repositories have of it. */
export interface TeamConfigTables {
  team_config_bundles: {
    id: string;
    workspace_id: string;
    slug: string;
    name: string;
    description: Generated<string>;
    newest: Generated<number>;
    last_draft: Generated<number>;
    created_at: Timestamp;
    created_by: string;
    updated_at: Timestamp;
    deleted_at: Timestamp | null;
  };
  team_config_drafts: {
    bundle_id: string;
    workspace_id: string;
    version: number;
    files: Json<BundleFile[]>;
    authors: Json<Author[]>;
    updated_at: Timestamp;
    updated_by: string;
  };
  team_config_versions: {
    bundle_id: string;
    workspace_id: string;
    number: number;
    files: Json<BundleFile[]>;
    file_count: number;
    sha256: string;
    name: string;
    origin: string;
    message: Generated<string>;
    published_at: Timestamp;
    published_by: string;
    approved_by: string | null;
  };
  team_config_reviews: {
    id: string;
    bundle_id: string;
    workspace_id: string;
    draft_version: number;
    message: Generated<string>;
    authors: Json<Author[]>;
    state: 'open' | 'approved' | 'declined' | 'withdrawn';
    requested_by_id: string | null;
    requested_by: string;
    requested_at: Timestamp;
    decided_by: string | null;
    decided_at: Timestamp | null;
    reason: Generated<string>;
  };
  team_config_subscriptions: {
    workspace_id: string;
    bundle_id: string;
    group_id: string;
    version: number | null;
    created_at: Timestamp;
    created_by: string;
  };
  team_config_usages: {
    id: string;
    workspace_id: string;
    repository: string;
    folder: Generated<string>;
    bundle_id: string;
    version: number | null;
    sha256: string;
    is_modified: boolean;
    commit_id: string | null;
    reported_at: Timestamp;
    reported_by: string;
  };
  team_config_pull_requests: {
    id: string;
    workspace_id: string;
    bundle_id: string;
    repository_id: string;
    base: string;
    branch: string;
    number: number | null;
    url: string;
    state: PullRequest['state'];
    version: number;
    head_sha: string;
    opened_by: string;
    created_at: Timestamp;
    updated_at: Timestamp;
    checked_at: Timestamp;
  };
  team_config_rules: { workspace_id: string; second_approver: boolean };
}
