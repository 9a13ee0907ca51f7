import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { TestedClient } from '#contract/tested-clients.ts';
import { ensureClient } from '#server/stock-client/install-client.ts';
import { DEFAULT_CODEX_VERSION } from '#testing/codex-cli/install-codex.ts';

const Verdict = z.object({
  matchedRules: z.array(
    z.object({
      prefixRuleMatch: z.object({
        matchedPrefix: z.array(z.string()),
        decision: z.string(),
        resolvedProgram: z.string().optional(),
        justification: z.string().optional(),
      }),
    }),
  ),
  decision: z.string().optional(),
});
export type ClientVerdict = z.infer<typeof Verdict>;

export interface ClientChecker extends AsyncDisposable {
  readonly place: { workingDirectory: string; home: string };
  /** What `codex execpolicy check` prints; `refusal` when it takes one of the files for wrong. */
  check(
    rulesFiles: readonly string[],
    argv: readonly string[],
    options: { resolveHostExecutables: boolean },
  ): Promise<{ verdict: ClientVerdict; refusal: null } | { verdict: null; refusal: string }>;
}

/** The stock client's own check of rules, at most two processes at a time. */
export async function openClientChecker(version?: TestedClient): Promise<ClientChecker> {
  const codex = await ensureClient(version ?? DEFAULT_CODEX_VERSION);
  const executable = path.join(codex.folder, codex.executable);
  const home = await mkdtemp(path.join(tmpdir(), 'reeve-rules-'));
  const place = { workingDirectory: home, home };
  const waiting: (() => void)[] = [];
  let running = 0;
  let files = 0;

  const run = (args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve, reject) => {
      execFile(executable, args, { cwd: home, env: { HOME: home, CODEX_HOME: home } }, (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (typeof code === 'number') resolve({ code, stdout, stderr });
        else reject(error);
      });
    });
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve));
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };

  return {
    place,
    check: (rulesFiles, argv, { resolveHostExecutables }) =>
      inTurn(async () => {
        files += 1;
        const names = rulesFiles.map((_, at) => path.join(home, `${files}-${at}.rules`));
        await Promise.all(names.map((name, at) => writeFile(name, rulesFiles[at] ?? '')));
        const options = resolveHostExecutables ? ['--resolve-host-executables'] : [];
        const rules = names.flatMap((name) => ['--rules', name]);
        const { code, stdout, stderr } = await run(['execpolicy', 'check', ...rules, ...options, '--', ...argv]);
        await Promise.all(names.map((name) => rm(name)));
        if (code === 0) return { verdict: Verdict.parse(JSON.parse(stdout)), refusal: null };
        if (!stderr.includes('failed to parse policy')) throw new Error(`codex execpolicy check failed: ${stderr}`);
        return { verdict: null, refusal: stderr };
      }),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}
