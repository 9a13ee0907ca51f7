import { z } from 'zod';

/** Answers of the vendor’s compliance API (its OpenAPI document 2.5.3). */
export const LogFileList = z.strictObject({
  data: z.array(
    z.strictObject({
      id: z.string(),
      event_type: z.string(),
      end_time: z.iso.datetime(),
      file_name: z.string(),
      file_size: z.number().int(),
      file_sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  ),
  has_more: z.boolean(),
  last_end_time: z.iso.datetime().nullable(),
});
export type LogFileList = z.infer<typeof LogFileList>;

export const UserList = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    z.strictObject({
      object: z.literal('compliance.workspace.user'),
      id: z.string(),
      email: z.string(),
      name: z.string(),
      created_at: z.number(),
      role: z.enum(['account-owner', 'account-admin', 'standard-user']),
      status: z.enum(['active', 'inactive']),
    }),
  ),
  last_id: z.string().nullable(),
  has_more: z.boolean(),
});
export type UserList = z.infer<typeof UserList>;

/** Of a task only what is about it; what was said is in CODEX_LOG. */
export interface CodexTask {
  object: 'compliance.workspace.codex_task';
  id: string;
  /** Seconds. */
  created_at: number;
  updated_at: number;
  /** Empty: the person is gone. */
  created_by_id: string;
  denormalized_metadata: Record<string, string | boolean | null>;
}

export interface TaskList {
  object: 'list';
  cursor: string | null;
  has_more: boolean;
  data: CodexTask[];
}

export interface CodexEnvironment {
  object: 'compliance.workspace.codex_environment';
  id: string;
  created_at: number;
  label: string;
  machine_id: string;
  workspace_dir: string;
  is_pinned: boolean;
  task_count: number;
  creator_id: string;
  share_settings: string;
  repos: string[];
  repo_map: Record<string, { url: string; branch: string; commit: string }>;
  setup: string;
  env_vars: Record<string, string>;
  /** Never anything in it. */
  secrets: Record<string, never>;
}

export interface EnvironmentList {
  object: 'list';
  has_more: boolean;
  data: CodexEnvironment[];
}

export interface Deleted {
  deleted: true;
  object: CodexTask['object'] | CodexEnvironment['object'];
  id: string;
}

const dateAndTime = z.iso.datetime({ offset: true, local: true });

/** A plus sign that a client did not encode has become a space. */
const Moment = z
  .string()
  .transform((text) => text.trim().replace(' ', '+'))
  .pipe(z.union([dateAndTime, z.iso.date()]))
  // Without an offset it is UTC, as everywhere in these logs.
  .transform((text) => new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`))
  .refine((at) => !Number.isNaN(at.getTime()), 'There is no such day or time.');

const wholeNumber = (most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'A whole number.')
    .transform(Number)
    .pipe(z.number().min(1).max(most));

export const LogsQuery = z.object({
  event_type: z.array(z.string()).min(1, 'At least one is needed, for example event_type=AUDIT_LOG.'),
  after: Moment,
  before: Moment.optional(),
  limit: wholeNumber(100).default(100),
});
export type LogsQuery = z.infer<typeof LogsQuery>;

export const UsersQuery = z.object({ after: z.string().optional(), limit: wholeNumber(1_000).default(200) });

export const CloudQuery = z.object({
  cursor: z.string().optional(),
  after: z.string().optional(),
  limit: wholeNumber(50).default(30),
});
