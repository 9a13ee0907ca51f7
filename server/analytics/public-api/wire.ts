import type { CodexSurface } from '#contract/codex-surfaces.ts';

/** What the vendor's Analytics API puts on the wire (Admin API 2.5.3). Names, nulls and nesting are theirs. */
export interface Amounts {
  credits: number;
  /** Rounded to cents; null where no call had a price. */
  estimated_cost_usd: number | null;
  uncached_text_input_tokens: number;
  cached_text_input_tokens: number;
  text_output_tokens: number;
  text_total_tokens: number;
}

/** Accepted lines, as clients report them. Of commits Reeve knows nothing. */
export interface CodeAttribution {
  lines_of_code: {
    added: number;
    removed: number | null;
    committed: null;
    total_committed_lines: null;
    committed_percentage: null;
  };
  commits: null;
}

export interface UsageRow {
  object: 'workspace.codex.usage.result';
  /** Unix seconds, UTC. */
  start_time: number;
  /** Exclusive. */
  end_time: number;
  /** Null for the whole workspace, and for calls of nobody known. */
  user_id: string | null;
  actor: { type: 'ACCOUNT_USER'; user_id: string; email: string | null } | null;
  totals: { threads: number; turns: number } & Amounts;
  clients: ({ client_id: CodexSurface; threads: number; turns: number } & Amounts)[];
  models: ({ model: string; speed: 'standard' | 'fast' | null } & Amounts)[];
  /** Null where no client reported any. */
  code_attribution: CodeAttribution | null;
}

/** One fault of a request, as FastAPI words it. */
export interface Fault {
  loc: (string | number)[];
  msg: string;
  type: string;
  input?: unknown;
  ctx?: Record<string, unknown>;
}
