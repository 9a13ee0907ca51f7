/**
 * Compliance log files: how fast events are sealed into them, and how fast they are downloaded over HTTPS through the API, each beside
 * `cat` and `sha256sum` of the same bytes, in turns; and how much memory that takes. On the embedded database.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { sealLogs } from '#server/compliance/log-files/seal-logs.ts';
import { recordSamples, sampleEvent } from '#testing/activity-sample.ts';
import { seedKey } from '#testing/seed-key.ts';
import { startTestReeve, type TestReeve } from '#testing/start-reeve.ts';
import { seedWorkspace } from '#testing/test-services.ts';
import { printTable, quantile, times } from './measure.ts';

const events = Number(process.env.BENCH_LOG_EVENTS ?? 100_000);
/** Of the content kept of a prompt, in characters; 0: none is kept. */
const contentCharacters = Number(process.env.BENCH_LOG_CONTENT ?? 0);
const rounds = 5;
const batch = 2_000;
const mega = 1024 * 1024;

async function happen({ services }: TestReeve, workspaceId: string): Promise<void> {
  const content = JSON.stringify({ prompt: 'x'.repeat(contentCharacters) });
  for (let from = 0; from < events; from += batch) {
    const some = Array.from({ length: Math.min(batch, events - from) }, (_, index) => {
      const key = `msg-${from + index}`;
      return sampleEvent(workspaceId, {
        kind: 'prompt.sent',
        sameAs: [key],
        detail: { modelCall: key, characters: 9 },
      });
    });
    const ids = await recordSamples(services, some);
    if (contentCharacters === 0) continue;
    const rows = await Promise.all(
      ids.map(async (event_id) => ({
        workspace_id: workspaceId,
        event_id,
        member_id: 'mem_1',
        sealed: await services.secrets.seal(content, `activity_content/${workspaceId}/${event_id}`),
        kept_at: new Date(),
      })),
    );
    await services.db.insertInto('activity_content').values(rows).execute();
  }
}

/** Downloads every file over one connection and hashes it, in a process of its own; prints the seconds. */
const downloader = `
  import { createHash } from 'node:crypto';
  import { performance } from 'node:perf_hooks';
  const { BASE, KEY, FILES } = process.env;
  const headers = { authorization: 'Bearer ' + KEY };
  const startedAt = performance.now();
  for (const [id, sha256] of JSON.parse(FILES)) {
    const asked = await fetch(BASE + '/' + id, { headers, redirect: 'manual' });
    const response = await fetch(asked.headers.get('location'));
    const hash = createHash('sha256');
    for await (const chunk of response.body) hash.update(chunk);
    if (hash.digest('hex') !== sha256) throw new Error(id);
  }
  console.log((performance.now() - startedAt) / 1000);`;

async function download(environment: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', downloader], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const seconds = Number(await text(child.stdout));
  if (!(seconds > 0)) throw new Error('the download failed');
  return seconds;
}

/** `0m1.50s 0m0.25s`, the last line of the shell's `times`: what its children used. */
const secondsIn = (text: string): number =>
  [...text.matchAll(/(\d+)m([\d.]+)s/g)]
    .slice(-2)
    .reduce((sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds), 0);

/** Copies what is in the folder and hashes it. Other work on the machine does not count in the processor time. */
function copyPlainly(folder: string): { seconds: number; processorSeconds: number } {
  const startedAt = performance.now();
  const { status, stdout } = spawnSync('sh', ['-c', 'cat in/* | tee out | sha256sum; times'], { cwd: folder });
  if (status !== 0) throw new Error('cat and sha256sum failed');
  return { seconds: (performance.now() - startedAt) / 1000, processorSeconds: secondsIn(stdout.toString()) };
}

const processorSeconds = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

const reeve = await startTestReeve();
const folder = await mkdtemp(join(tmpdir(), 'reeve-bench-'));
try {
  const { services } = reeve;
  const { workspaceId } = await seedWorkspace(services.db);
  await happen(reeve, workspaceId);
  globalThis.gc?.();
  const rssBefore = process.memoryUsage().rss;
  let peak = rssBefore;
  const watching = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const processorBefore = process.cpuUsage();
  const startedAt = performance.now();
  await sealLogs(services, workspaceId);
  const sealSeconds = (performance.now() - startedAt) / 1000;
  const sealProcessor = processorSeconds(processorBefore);
  const peakSealing = peak;

  const files = await services.db.selectFrom('compliance_log_files').selectAll().orderBy('end_time').execute();
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  spawnSync('mkdir', [join(folder, 'in')]);
  for (const [index, file] of files.entries()) {
    const blob = await services.blobs.get(file.blob);
    if (!blob) throw new Error(`${file.id} is not there`);
    await writeFile(join(folder, 'in', String(index)), blob.content);
  }
  peak = process.memoryUsage().rss;
  const downloads: number[] = [];
  const copies: ReturnType<typeof copyPlainly>[] = [];
  const served: number[] = [];
  // A key may ask for 50 files a minute: each round has one of its own.
  const some = files.slice(0, 50);
  const someBytes = some.reduce((sum, file) => sum + file.bytes, 0);
  for (let round = 0; round < rounds; round++) {
    copies.push(copyPlainly(folder));
    const { secret } = await seedKey(services, { workspaceId, scopes: ['chatgpt.enterprise.compliance_export.read'] });
    const servingSince = process.cpuUsage();
    downloads.push(
      await download({
        BASE: `${reeve.origin}/v1/compliance/workspaces/${workspaceId}/logs`,
        KEY: secret,
        FILES: JSON.stringify(some.map(({ id, sha256 }) => [id, sha256])),
        NODE_EXTRA_CA_CERTS: reeve.authorityFile,
      }),
    );
    served.push(processorSeconds(servingSince));
  }
  clearInterval(watching);
  const rate = (count: number, seconds: number) => count / seconds / mega;
  const middle = (values: readonly number[]) => quantile(values, 0.5);
  const plain = {
    perSecond: rate(bytes, middle(copies.map(({ seconds }) => seconds))),
    perProcessorSecond: rate(bytes, middle(copies.map((copy) => copy.processorSeconds))),
  };
  const row = (what: string, perSecond: number, perProcessorSecond: number) => [
    ...[what, `${perSecond.toFixed(1)} MB/s`, times(perSecond / plain.perSecond)],
    ...[`${perProcessorSecond.toFixed(1)} MB`, times(perProcessorSecond / plain.perProcessorSecond)],
  ];
  printTable(
    `Compliance log files: ${events} events, ${(bytes / mega).toFixed(1)} MB in ${files.length} files`,
    ['what', 'throughput', 'share of cat', 'in a second of processor time', 'share of cat'],
    [
      row('cat, tee, sha256sum', plain.perSecond, plain.perProcessorSecond),
      row(
        `sealing (${Math.round(events / sealSeconds)} events a second, ${Math.round(events / sealProcessor)} by processor time)`,
        rate(bytes, sealSeconds),
        rate(bytes, sealProcessor),
      ),
      row('download over HTTPS, with SHA-256', rate(someBytes, middle(downloads)), rate(someBytes, middle(served))),
    ],
  );
  const megabytes = (value: number) => `${Math.round(value / mega)} MB`;
  process.stdout.write(
    `\nMemory (RSS, with database and server): ${megabytes(rssBefore)} before, at most ${megabytes(peakSealing)} while sealing, ${megabytes(peak)} while files were downloaded.\n`,
  );
} finally {
  await reeve.close();
  await rm(folder, { recursive: true, force: true });
}
