import type { ClientMachine } from './client-machine.ts';
import { ensureCodexSdk } from './install-codex.ts';

export interface SdkThreadOptions {
  model?: string;
  sandboxMode?: 'read-only' | 'workspace-write' | 'danger-full-access';
  workingDirectory?: string;
  skipGitRepoCheck?: boolean;
  approvalPolicy?: 'never' | 'on-request' | 'on-failure' | 'untrusted';
  networkAccessEnabled?: boolean;
}

export interface SdkTurn {
  items: { type: string; [field: string]: unknown }[];
  finalResponse: string;
  usage: { input_tokens: number; cached_input_tokens: number; output_tokens: number } | null;
}

export interface SdkThread {
  readonly id: string | null;
  run(input: string, options?: { signal?: AbortSignal }): Promise<SdkTurn>;
}

export interface SdkCodex {
  startThread(options?: SdkThreadOptions): SdkThread;
  resumeThread(id: string, options?: SdkThreadOptions): SdkThread;
}

export interface SdkOptions {
  baseUrl?: string;
  apiKey?: string;
  config?: Record<string, unknown>;
  env?: Record<string, string>;
}

interface SdkModule {
  Codex: new (options: SdkOptions & { codexPathOverride: string }) => SdkCodex;
}

/**
 * The stock SDK (0.163.0) running the CLI of a client machine. Only what tests use of it is described above: its own
 * types would have to be installed before the rest of the repository could be checked.
 */
export async function createSdkClient(client: ClientMachine, { env, ...options }: SdkOptions = {}): Promise<SdkCodex> {
  const { Codex }: SdkModule = await import(await ensureCodexSdk());
  return new Codex({ ...options, env: client.environment(env), codexPathOverride: client.codexPath });
}
