/**
 * Provisioning: the first synchronisation of 10,000 users and 1,000 groups over HTTPS beside plain SQL inserts of the same rows, one
 * member added to a group of 10,000, and how long somebody keeps access after the identity provider takes it away: from its call to the
 * end of their running stream and to the refusal of their next request. On the embedded database and on PostgreSQL.
 */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { startPostgres } from '#testing/servers/postgres.ts';
import { ms, printTable, quantile, times } from './measure.ts';
import { startPeer } from './peers/start-peer.ts';
import { insertPlainly } from './plain-inserts.ts';

interface ReeveFacts {
  origin: string;
  authorityFile: string;
  tokens: string[];
  scimKey: string;
}

const users = Number(process.env.BENCH_SCIM_USERS ?? 10_000);
const groups = Math.ceil(users / 10);
/** As many as Okta keeps open to one application. */
const concurrency = 8;
const additions = 50;
const departures = 20;

interface Answer {
  status: number;
  id: string;
  text: string;
}

function openScim({ origin, scimKey, ca }: { origin: string; scimKey: string; ca: string }) {
  const agent = new https.Agent({ keepAlive: true, maxSockets: concurrency });
  const send = (method: string, path: string, body: unknown): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const content = JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${scimKey}`,
        'content-type': 'application/scim+json',
        'content-length': Buffer.byteLength(content),
      };
      const request = https.request(`${origin}/scim/v2${path}`, { method, agent, ca, headers }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.once('end', () => {
          const status = response.statusCode ?? 0;
          if (status >= 300) reject(new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`));
          else resolve({ status, text, id: text === '' ? '' : (JSON.parse(text) as { id: string }).id });
        });
      });
      request.once('error', reject);
      request.end(content);
    });
  return { send, close: () => agent.destroy() };
}

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<number> {
  let next = 0;
  const startedAt = performance.now();
  const worker = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return (performance.now() - startedAt) / 1000;
}

const patch = (...Operations: unknown[]) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

type Scim = ReturnType<typeof openScim>;

async function synchronise({ send }: Scim) {
  const ids: string[] = [];
  const userSeconds = await inParallel(users, async (index) => {
    const userName = `synced-${index}@example.com`;
    const { id } = await send('POST', '/Users', {
      userName,
      externalId: `ext-${index}`,
      name: { givenName: 'Person', familyName: `Number ${index}` },
      displayName: `Person Number ${index}`,
      emails: [{ value: userName, type: 'work', primary: true }],
      active: true,
    });
    ids[index] = id;
  });
  const groupSeconds = await inParallel(groups, async (index) => {
    const members = ids.slice(index * 10, index * 10 + 10).map((value) => ({ value }));
    await send('POST', '/Groups', { displayName: `Synced ${index}`, externalId: `grp-${index}`, members });
  });
  return { ids, userSeconds, groupSeconds };
}

/** How long the PATCH takes that adds one member to a group of that size. */
async function addToGroupOf({ send }: Scim, ids: readonly string[], size: number): Promise<number[]> {
  const { id } = await send('POST', '/Groups', { displayName: `A group of ${size}` });
  for (let from = 0; from < size; from += 1000) {
    const value = ids.slice(from, Math.min(from + 1000, size)).map((each) => ({ value: each }));
    await send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value }));
  }
  const samples: number[] = [];
  for (const value of ids.slice(-additions)) {
    await send('PATCH', `/Groups/${id}`, patch({ op: 'remove', path: `members[value eq "${value}"]` }));
    const startedAt = performance.now();
    await send('PATCH', `/Groups/${id}`, patch({ op: 'add', path: 'members', value: [{ value }] }));
    samples.push(performance.now() - startedAt);
  }
  return samples;
}

function call(origin: string, path: string, { token, ca, revision }: { token: string; ca: string; revision?: string }) {
  const body = JSON.stringify({ model: 'corp-model', stream: true, store: false, input: [] });
  const headers: Record<string, string> = {
    authorization: `Bearer ${token}`,
    'user-agent': 'codex_exec/0.169.0 (bench)',
    'content-type': 'application/json',
    ...(revision === undefined ? {} : { 'x-reeve-policy': revision }),
  };
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<{ status: number; text: string; at: number }>();
  const method = revision === undefined ? 'GET' : 'POST';
  const request = https.request(`${origin}${path}`, { method, ca, headers, agent: false }, (response) => {
    let text = '';
    response.on('data', (chunk) => {
      text += chunk;
      started.resolve();
    });
    const end = () => ended.resolve({ status: response.statusCode ?? 0, text, at: performance.now() });
    response.once('end', end).once('error', end);
  });
  request.once('error', ended.reject);
  request.end(method === 'POST' ? body : undefined);
  return { started: started.promise, ended: ended.promise };
}

/** From the call of the identity provider to the end of the running stream, and to the first refused request. */
async function depart(
  { send }: Scim,
  { origin, ca, token, index }: { origin: string; ca: string; token: string; index: number },
) {
  const userName = `person-${index}@example.com`;
  const { id } = await send('POST', '/Users', { userName, displayName: `Person ${index}` });
  const bundle = await call(origin, '/backend-api/wham/config/bundle', { token, ca }).ended;
  const revision = /"?x-reeve-policy\\?"? *= *\\"([^"\\]+)/.exec(bundle.text)?.[1] ?? '';
  const stream = call(origin, '/backend-api/codex/responses', { token, ca, revision });
  await Promise.race([stream.started, stream.ended]);
  const startedAt = performance.now();
  const answered = send('PATCH', `/Users/${id}`, patch({ op: 'Replace', path: 'active', value: 'False' })).then(() =>
    performance.now(),
  );
  const { at: endedAt, text } = await stream.ended;
  if (text.includes('response.completed')) throw new Error('the stream was over before access was taken away');
  const answeredAt = await answered;
  const next = await call(origin, '/backend-api/wham/usage', { token, ca }).ended;
  if (next.status !== 401 && next.status !== 403) throw new Error(`not refused: ${next.status}`);
  return { stream: endedAt - startedAt, answer: answeredAt - startedAt, refusal: next.at - startedAt };
}

const syncRows: string[][] = [];
const changeRows: string[][] = [];

async function measure(engine: string, databaseUrl: string | null, plainUrl: string | null): Promise<void> {
  // Slow enough that no stream ends by itself.
  const upstream = await startPeer<{ port: number }>('upstream.ts', ['500']);
  const reeve = await startPeer<ReeveFacts>(
    'reeve.ts',
    ['100', '5', '2', `http://127.0.0.1:${upstream.facts.port}/v1`],
    databaseUrl ? { BENCH_DATABASE_URL: databaseUrl } : {},
  );
  const { origin, scimKey, tokens } = reeve.facts;
  const ca = readFileSync(reeve.facts.authorityFile, 'utf8');
  const scim = openScim({ origin, scimKey, ca });
  const { ids, userSeconds, groupSeconds } = await synchronise(scim);
  const plain = await insertPlainly(plainUrl, { users, groups });
  syncRows.push([
    engine,
    `${(users / userSeconds).toFixed(0)} users/s`,
    `${(users / plain.userSeconds).toFixed(0)} users/s`,
    times(userSeconds / plain.userSeconds),
    `${(groups / groupSeconds).toFixed(0)} groups/s`,
    `${(groups / plain.groupSeconds).toFixed(0)} groups/s`,
    times(groupSeconds / plain.groupSeconds),
    `${(userSeconds + groupSeconds).toFixed(0)} s`,
  ]);
  const few = await addToGroupOf(scim, ids, 10);
  const many = await addToGroupOf(scim, ids, users);
  const departed: Awaited<ReturnType<typeof depart>>[] = [];
  for (const [index, token] of tokens.slice(0, departures).entries())
    departed.push(await depart(scim, { origin, ca, token, index }));
  const told = (samples: readonly number[]) => `${ms(quantile(samples, 0.5))} / ${ms(quantile(samples, 0.95))}`;
  changeRows.push([
    engine,
    told(few),
    told(many),
    times(quantile(many, 0.5) / quantile(few, 0.5)),
    told(departed.map(({ stream }) => stream)),
    told(departed.map(({ answer }) => answer)),
    told(departed.map(({ refusal }) => refusal)),
  ]);
  scim.close();
  await reeve.stop();
  await upstream.stop();
}

await measure('PGlite', null, null);
const first = await startPostgres();
const second = await startPostgres();
await measure('PostgreSQL', first.url, second.url);
await first.stop();
await second.stop();
printTable(
  `First synchronisation: ${users} users, ${groups} groups of 10, ${concurrency} connections`,
  [
    'database',
    'SCIM',
    'plain SQL, a transaction each',
    'times as long',
    'SCIM',
    'plain SQL',
    'times as long',
    'in all',
  ],
  syncRows,
);
printTable(
  'Changes, p50 / p95',
  [
    'database',
    'one member into a group of 10',
    `of ${users}`,
    'ratio of the medians',
    'deprovisioned → running stream ended',
    '→ SCIM answered',
    '→ next request refused',
  ],
  changeRows,
);
