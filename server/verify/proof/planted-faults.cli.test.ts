import { existsSync } from 'node:fs';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openProofWorld, type ProofWorld } from '#testing/proof-subject.ts';
import { type LyingProxy, startLyingProxy } from '#testing/servers/lying-proxy.ts';
import { forgeCache } from './forge-cache.ts';
import { type FaultHooks, type ProofOutcome, provePolicy } from './prove-policy.ts';

/** Short, so that each failure is planted within seconds; every kind of constraint that the failures are about is in it. */
const contents = `allowed_sandbox_modes = ["read-only"]
allowed_approval_policies = ["on-request"]
[features]
memories = false
`;

/** How many proofs without any fault must raise no alarm. The full number is 200. */
const cleanRuns = Number(process.env.REEVE_PROVE_CLEAN_RUNS ?? '2');

// A proof takes seconds; the limit is for hopeless ones on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let world: ProofWorld;
let proxy: LyingProxy;
beforeAll(async () => {
  world = await openProofWorld();
  proxy = await startLyingProxy({ origin: world.reeve.origin, authorityPem: world.reeve.authorityPem ?? '' });
});
afterAll(async () => {
  await proxy.close();
  await world.close();
});

const honest: Parameters<LyingProxy['lie']> = [() => null];

/** The runs that say something about the planted failures: a client without its policy retries what the gateway refuses, for seconds each time. */
const surfaces = /^(as-intended|full-access|yolo-flag|own-settings|features|app-server|read-back)$/;
const reporting = /^(as-intended|telemetry-off-.*)$/;

async function prove(faults: FaultHooks, ...lie: Parameters<LyingProxy['lie']>): Promise<ProofOutcome> {
  const subject = await world.subject({ contents }, '0.169.0');
  proxy.lie(...lie);
  const { origin, authorityPem, port } = proxy;
  const outcome = await provePolicy(
    {
      ...subject,
      origin,
      authorityPem,
      listenAddress: { host: '127.0.0.1', port },
      faults: { only: surfaces, ...faults },
    },
    { signal: AbortSignal.timeout(230_000), onProgress: () => undefined, onAttempt: () => undefined },
  );
  proxy.lie(...honest);
  return outcome;
}

const withVerdict = ({ attempts }: ProofOutcome, verdict: string) =>
  attempts.filter((one) => one.verdict === verdict).map(({ attempt }) => attempt);

const isBundle = ({ path: asked }: { path: string }) => asked.endsWith('/config/bundle');

/** Changes the documents in the answer that carries the policy. */
function editRequirements(body: string, edit: (document: string) => string): string {
  const bundle = JSON.parse(body);
  for (const fragment of bundle.requirements_toml.enterprise_managed) fragment.contents = edit(fragment.contents);
  return JSON.stringify(bundle);
}

test('a policy that is not the one that is proven is found', async () => {
  const outcome = await prove({}, (asked, { status, body }) =>
    isBundle(asked) && status === 200
      ? {
          status,
          body: editRequirements(body, (document) =>
            document
              .replace('["read-only"]', '["read-only", "workspace-write", "danger-full-access"]')
              .replace('["on-request"]', '["never"]'),
          ),
        }
      : null,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toEqual(
    expect.arrayContaining([
      'policy-delivered',
      'full-access',
      'yolo-flag',
      'own-settings',
      'never-approve',
      'app-server-bound',
    ]),
  );
});

test('a key that does not reach the client is found, by its name', async () => {
  const outcome = await prove({}, (asked, { status, body }) =>
    isBundle(asked) && status === 200
      ? { status, body: editRequirements(body, (document) => document.replace(/^memories = false$/m, '')) }
      : null,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken').sort()).toEqual(['app-server-bound', 'feature-memories', 'policy-delivered']);
  const delivered = outcome.attempts.find(({ attempt }) => attempt === 'policy-delivered');
  expect(delivered?.observed).toContain('features.memories');
});

test('a client that is signed in as somebody else is found', async () => {
  const apiKey = JSON.stringify({ auth_mode: 'apikey', OPENAI_API_KEY: 'sk-somebody-else' });
  const outcome = await prove(
    {
      beforeRun: ({ codexHome }) => writeFile(path.join(codexHome, 'auth.json'), apiKey, { mode: 0o600 }),
    },
    ...honest,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toEqual(expect.arrayContaining(['policy-delivered', 'signed-in-as-member']));
  expect(withVerdict(outcome, 'held')).not.toContain('full-access');
});

test('a tampered cache, with the policy kept from arriving, is found', async () => {
  let genuine = '';
  const outcome = await prove(
    {
      afterSignIn: async (machine) => {
        // As a genuine client leaves it, before the network lies.
        proxy.lie(...honest);
        await machine.run(['exec', '--skip-git-repo-check', 'hello']);
        genuine = machine.files.codexHome.path;
        proxy.lie(
          () => null,
          (asked) => (isBundle(asked) ? { status: 503, body: '{}' } : null),
        );
      },
      beforeRun: async ({ codexHome }) => {
        const { client } = await world.subject({ contents }, '0.169.0');
        await forgeCache(client, genuine, codexHome);
      },
    },
    ...honest,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toEqual(
    expect.arrayContaining(['policy-delivered', 'works-through-the-gateway']),
  );
  expect(withVerdict(outcome, 'held')).not.toContain('full-access');
});

test('an empty answer in place of the policy is found', async () => {
  const outcome = await prove({}, (asked) => (isBundle(asked) ? { status: 200, body: '{}' } : null));
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toEqual(
    expect.arrayContaining(['policy-delivered', 'works-through-the-gateway', 'app-server-bound', 'feature-memories']),
  );
});

test('variables that lead the client elsewhere are found', async () => {
  const elsewhere: string[] = [];
  const outcome = await prove(
    {
      afterSignIn: async (machine) => {
        const home = machine.files.home.file('elsewhere');
        await mkdir(home, { recursive: true });
        await copyFile(machine.files.codexHome.file('auth.json'), path.join(home, 'auth.json'));
        elsewhere.push(home);
      },
      environmentOf: () => ({
        CODEX_HOME: elsewhere[0] ?? '',
        HTTPS_PROXY: 'http://127.0.0.1:9',
        OPENAI_BASE_URL: 'http://127.0.0.1:9/v1',
      }),
    },
    ...honest,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toContain('policy-delivered');
  expect(withVerdict(outcome, 'held')).not.toContain('full-access');
});

test('telemetry that does not arrive is found', async () => {
  const outcome = await prove(
    { only: reporting },
    () => null,
    ({ path: asked }) => (asked.startsWith('/otel/') ? { status: 200, body: '{}' } : null),
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken').sort()).toEqual([
    'telemetry-arrives',
    'telemetry-off-by-flag',
    'telemetry-off-by-settings',
  ]);
});

test('a second surface without the policy is found, while the first is bound', async () => {
  const outcome = await prove({}, (asked) =>
    isBundle(asked) && !asked.userAgent.startsWith('codex_exec/') ? { status: 200, body: '{}' } : null,
  );
  expect(outcome.verdict).toBe('broken');
  expect(withVerdict(outcome, 'broken')).toEqual(expect.arrayContaining(['app-server-bound']));
  expect(withVerdict(outcome, 'held')).toEqual(
    expect.arrayContaining(['policy-delivered', 'full-access', 'yolo-flag']),
  );
});

test(
  `${cleanRuns} proofs without any fault raise no alarm`,
  async () => {
    for (let run = 0; run < cleanRuns; run++) {
      const subject = await world.subject({ contents }, '0.169.0');
      const { attempts, verdict } = await provePolicy(subject, {
        signal: AbortSignal.timeout(230_000),
        onProgress: () => undefined,
        onAttempt: () => undefined,
      });
      const notHeld = attempts.filter((one) => one.verdict !== 'held').map((one) => `${one.attempt}: ${one.observed}`);
      expect({ run, verdict, notHeld }).toEqual({ run, verdict: 'held', notHeld: [] });
    }
  },
  120_000 * cleanRuns,
);

test('a proof that is stopped leaves no process and no file', async () => {
  const subject = await world.subject({ contents }, '0.169.0');
  const stop = new AbortController();
  const roots: string[] = [];
  const proof = provePolicy(
    {
      ...subject,
      faults: {
        afterSignIn: async (machine) => void roots.push(path.dirname(machine.files.home.path)),
        beforeRun: async ({ name }) => {
          if (name === 'full-access') setTimeout(() => stop.abort(new Error('stopped by the test')), 300);
        },
      },
    },
    { signal: stop.signal, onProgress: () => undefined, onAttempt: () => undefined },
  );
  await expect(proof).rejects.toThrow('stopped by the test');
  expect(roots).toHaveLength(1);
  expect(roots.filter((root) => existsSync(root))).toEqual([]);
});
