import { z } from 'zod';

const Numbered = z.object({ id: z.number().int() });
const Account = z.object({ id: z.number().int(), login: z.string() });

/** What is read of a delivery, whatever its event. GitHub's webhook reference: every part is left out where it does not apply. */
const Payload = z.object({
  action: z.string().max(100).optional(),
  installation: Numbered.optional(),
  repository: Numbered.extend({ full_name: z.string() }).optional(),
  sender: Account.optional(),
  pull_request: z
    .object({
      number: z.number().int(),
      state: z.enum(['open', 'closed']),
      merged: z.boolean().nullish(),
      updated_at: z.string(),
      head: z.object({ ref: z.string(), sha: z.string() }),
      base: z.object({ ref: z.string() }),
    })
    .optional(),
});

/** What is kept of a delivery: ids, names and states. No title, text or code. */
export interface KeptPayload {
  installationId: string | null;
  repositoryId: string | null;
  sender: { id: string; login: string } | null;
  pullRequest: {
    number: number;
    state: 'open' | 'closed' | 'merged';
    updatedAt: string;
    branch: string;
    headSha: string;
    base: string;
  } | null;
}

export interface ReadPayload {
  action: string | null;
  /** `owner/name` */
  repository: string | null;
  kept: KeptPayload;
}

const nothing: ReadPayload = {
  action: null,
  repository: null,
  kept: { installationId: null, repositoryId: null, sender: null, pullRequest: null },
};

/** PostgreSQL takes no text with U+0000, and no name on GitHub has one. */
const isStorable = (read: z.infer<typeof Payload>): boolean => !JSON.stringify(read).includes('\\u0000');

/** Null when it has another form than GitHub describes. */
export function readPayload(payload: unknown): ReadPayload | null {
  const read = Payload.safeParse(payload);
  if (!read.success || !isStorable(read.data)) return null;
  const { action, installation, repository, sender, pull_request: pull } = read.data;
  return {
    action: action ?? null,
    repository: repository?.full_name ?? null,
    kept: {
      installationId: installation ? String(installation.id) : null,
      repositoryId: repository ? String(repository.id) : null,
      sender: sender ? { id: String(sender.id), login: sender.login } : null,
      pullRequest: pull
        ? {
            number: pull.number,
            state: pull.merged ? 'merged' : pull.state,
            updatedAt: pull.updated_at,
            branch: pull.head.ref,
            headSha: pull.head.sha,
            base: pull.base.ref,
          }
        : null,
    },
  };
}

/** `text` as JSON, or null. */
export function parsePayload(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export const emptyPayload = nothing;
