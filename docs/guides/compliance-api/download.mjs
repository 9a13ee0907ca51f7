#!/usr/bin/env node
// Downloads the compliance log files of a workspace that came since the last time, and appends every event that is new to events.jsonl.
// Needs Node 20 or newer and nothing else. May be ended at any point and run again, for example every ten minutes:
//
//   REEVE_URL=https://reeve.example.com REEVE_KEY=rk-… REEVE_WORKSPACE=01a2049b-c232-74c2-ba57-aa65827fb0e8 \
//     node download.mjs ./archive CODEX_LOG AUDIT_LOG AUTH_LOG
//
// An id that begins with org- asks for the files of the organization (COSTS). REEVE_AFTER says where to begin; a day ago by default. REEVE_PAGE says how
// many files to ask for at once.
import { createHash } from 'node:crypto';
import { appendFile, mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const { REEVE_URL, REEVE_KEY, REEVE_WORKSPACE, REEVE_AFTER, REEVE_PAGE = '100' } = process.env;
const [folder, ...types] = process.argv.slice(2);
if (!REEVE_URL || !REEVE_KEY || !REEVE_WORKSPACE || !folder || types.length === 0) {
  console.error('Usage: REEVE_URL=… REEVE_KEY=… REEVE_WORKSPACE=… node download.mjs <folder> <event type> …');
  process.exit(64);
}

const segment = REEVE_WORKSPACE.startsWith('org-') ? 'organizations' : 'workspaces';
const base = `${REEVE_URL}/v1/compliance/${segment}/${REEVE_WORKSPACE}/logs`;
const headers = { authorization: `Bearer ${REEVE_KEY}` };
const paths = { state: join(folder, 'state.json'), events: join(folder, 'events.jsonl'), files: join(folder, 'files') };

/** Waits as long as the server asks for. Other refusals end the program. */
async function get(url, options) {
  for (;;) {
    const response = await fetch(url, options);
    if (response.status !== 429) return response;
    await setTimeout(1000 * Number(response.headers.get('retry-after') ?? 60));
  }
}

async function list(after) {
  const query = new URLSearchParams({ after, limit: REEVE_PAGE });
  for (const type of types) query.append('event_type', type);
  const response = await get(`${base}?${query}`, { headers });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json();
}

/** Follows the redirect without the key: the address it names is signed. */
async function download({ id, file_size, file_sha256 }) {
  const asked = await get(`${base}/${id}`, { headers, redirect: 'manual' });
  if (asked.status !== 307) throw new Error(`${id}: ${asked.status}: ${await asked.text()}`);
  const response = await get(asked.headers.get('location'));
  if (!response.ok) throw new Error(`${id}: ${response.status}: ${await response.text()}`);
  const content = Buffer.from(await response.arrayBuffer());
  const sha256 = createHash('sha256').update(content).digest('hex');
  if (content.length !== file_size || sha256 !== file_sha256) throw new Error(`${id}: it is not what the list says`);
  return content;
}

/** A new state is durable before it counts. */
async function save(state) {
  const draft = `${paths.state}.new`;
  await writeFile(draft, JSON.stringify(state));
  const file = await open(draft, 'r');
  await file.sync().finally(() => file.close());
  await rename(draft, paths.state);
}

await mkdir(paths.files, { recursive: true });
const dayAgo = new Date(Date.now() - 86_400_000).toISOString();
const state = await readFile(paths.state, 'utf8').then(JSON.parse, () => ({ after: REEVE_AFTER ?? dayAgo }));
const known = await readFile(paths.events, 'utf8').catch(() => '');
// A line that was cut off has no end; it comes again.
const seen = new Set(
  known
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).event_id),
);
if (known !== '' && !known.endsWith('\n')) await writeFile(paths.events, known.slice(0, known.lastIndexOf('\n') + 1));

let files = 0;
let events = 0;
for (let hasMore = true; hasMore; ) {
  const page = await list(state.after);
  for (const file of page.data) {
    const content = await download(file);
    await writeFile(join(paths.files, file.file_name.replaceAll(':', '')), content);
    const lines = content
      .toString()
      .split('\n')
      .filter((line) => line !== '');
    // Events come at least once: the id is the same each time.
    const fresh = lines.filter((line) => !seen.has(JSON.parse(line).event_id));
    for (const line of fresh) seen.add(JSON.parse(line).event_id);
    if (fresh.length > 0) await appendFile(paths.events, `${fresh.join('\n')}\n`);
    state.after = file.end_time;
    await save(state);
    files += 1;
    events += fresh.length;
  }
  if (page.last_end_time) state.after = page.last_end_time;
  hasMore = page.has_more;
}
console.log(`${files} files, ${events} new events, up to ${state.after}`);
