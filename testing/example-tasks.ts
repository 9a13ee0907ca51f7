import type { Services } from '#server/services.ts';
import { smallDiff, wideDiff } from './example-diff.ts';
import { seedExampleRunners } from './example-runners.ts';
import { seedEnvironment } from './open-tasks.ts';
import { seedRepository } from './seed-repository.ts';
import { type SeededAttempt, seedTask, type TaskPlace } from './seed-task.ts';

type Log = NonNullable<SeededAttempt['log']>;
type Egress = NonNullable<SeededAttempt['egress']>;

const plan = (done: number) =>
  JSON.stringify(
    ['Run the failing test', 'Find where cents are lost', 'Round once, at the end', 'Run every test of billing'].map(
      (text, index) => ({ text, done: index < done }),
    ),
  );

const setUp: Log = [
  { kind: 'phase', phase: 'prepare', text: 'Prepare the container' },
  { kind: 'output', phase: 'prepare', text: 'Fetched acme/billing at c05fefe4 from main.\n' },
  { kind: 'phase', phase: 'setup', text: 'Set-up' },
  {
    kind: 'output',
    phase: 'setup',
    text: Array.from(
      { length: 24 },
      (_, index) => `npm http fetch GET 200 https://registry.npmjs.org/package-${index}\n`,
    ).join(''),
  },
  { kind: 'output', phase: 'setup', text: 'added 214 packages in 9s\n' },
];

const begin: Log = [
  ...setUp,
  { kind: 'phase', phase: 'agent', text: 'Codex works' },
  {
    kind: 'reasoning',
    text: '**Looking at the failing test** The total has too many digits, so a sum of floats is compared.',
  },
  { kind: 'message', text: 'I run the failing test first, then look at how `totalOf` adds up.' },
  { kind: 'plan', text: plan(1) },
  { kind: 'command', text: 'npx vitest run src/billing', item: 'item_1' },
  {
    kind: 'command-output',
    text: '✗ adds lines\n  AssertionError: expected 0.30000000000000004 to be 0.3\n   ❯ src/billing/invoice.test.ts:5:58\n\n Tests  1 failed (1)\n',
    item: 'item_1',
    exitCode: 1,
  },
  { kind: 'command', text: "sed -n '1,80p' src/billing/invoice.ts", item: 'item_2' },
  { kind: 'command-output', text: `${'export interface InvoiceLine {}\n'.repeat(40)}`, item: 'item_2', exitCode: 0 },
  { kind: 'plan', text: plan(2) },
  { kind: 'file-change', text: JSON.stringify([{ path: 'src/billing/invoice.ts', kind: 'update' }]) },
];

const done: Log = [
  ...begin,
  { kind: 'plan', text: plan(4) },
  { kind: 'command', text: 'npx vitest run src/billing', item: 'item_3' },
  { kind: 'command-output', text: '✓ a total has whole cents\n\n Tests  1 passed (1)\n', item: 'item_3', exitCode: 0 },
  { kind: 'message', text: 'The test passes. `totalOf` rounds once at the end.' },
  { kind: 'phase', phase: 'finish', text: 'Keep what changed' },
  { kind: 'output', phase: 'finish', text: '6 files changed.\n' },
];

const egress: Egress = [
  {
    host: 'registry.npmjs.org',
    path: '/vitest',
    rule: 'setup-internet',
    phase: 'setup',
    isAllowed: true,
    status: 200,
    receivedBytes: 184_220,
    sentBytes: 512,
    address: '104.16.3.35',
  },
  {
    host: 'reeve.example.com',
    path: '/v1/responses',
    method: 'POST',
    rule: 'gateway',
    isAllowed: true,
    status: 200,
    sentBytes: 48_100,
    receivedBytes: 9_210,
  },
  { host: 'currency.example.net', path: '/rates', rule: 'domain-not-listed' },
  { host: 'currency.example.net', path: '/rates', rule: 'domain-not-listed' },
  { host: 'pypi.org', method: 'POST', path: '/legacy/', rule: 'method-not-allowed' },
  { host: '169.254.169.254', port: 80, path: '/latest/meta-data/', rule: 'address-literal' },
];

const answer = `The total was compared before it was rounded, so \`0.1 × 3\` came out as \`0.30000000000000004\`.

**What changed**
- \`totalOf\` rounds once, at the end; rounding each line loses cents on long invoices.
- \`isPaid\` compares exactly, which is right now that both are rounded.
- \`legacy-total.ts\` was used nowhere and is gone.

\`\`\`sh
npx vitest run src/billing   # 12 passed
\`\`\``;

const prompt =
  'The test “adds lines” in src/billing fails on some machines. Find out why, fix the cause rather than the test, and say what was wrong.';
const usual = { seconds: 184, isFromCache: true, egress };

/** Tasks in every state with what belongs to them, for somebody in an organisation of the example. */
export async function seedExampleTasks(
  services: Services,
  { workspaceId, memberId }: { workspaceId: string; memberId: string },
) {
  const { db } = services;
  await db
    .updateTable('workspaces')
    .set({ codex_cloud_enabled: true, agent_internet_allowed: true })
    .where('id', '=', workspaceId)
    .execute();
  const runnerId = await seedExampleRunners(db, workspaceId);
  const repositoryId = await seedRepository(db, { workspaceId, name: 'acme/billing' });
  const label = 'Billing service';
  const environmentId = await seedEnvironment(services, {
    workspaceId,
    creatorId: memberId,
    repositoryIds: [repositoryId],
    label,
  });
  const place: TaskPlace = {
    workspaceId,
    memberId,
    environment: { id: environmentId, label },
    repository: { id: repositoryId, name: 'acme/billing', url: 'https://github.example.com/acme/billing.git' },
  };
  const seed = (task: Parameters<typeof seedTask>[2]) => seedTask(services, place, task);
  const over = { ...usual, runnerId, log: done };
  await seed({
    title: 'Why is the export slower since March?',
    prompts: ['Why is the export slower since March?'],
    mode: 'ask',
    minutesAgo: 2800,
    turns: [[{ ...over, ending: 'answered', answer: 'The index on `exported_at` was dropped in migration 0031.' }]],
  });
  await seed({
    title: 'Update the licence headers',
    prompts: ['Update the licence headers.'],
    minutesAgo: 9000,
    isArchived: true,
    turns: [[{ ...over, ending: 'changed', diff: smallDiff }]],
  });
  await seed({
    title: 'Add a rate limit to the invoice API',
    prompts: ['Add a rate limit to the invoice API.'],
    minutesAgo: 1500,
    source: 'cli',
    turns: [[{ ...over, ending: 'changed', diff: smallDiff, answer: 'Added one.' }]],
    pullRequest: { number: 118, state: 'merged', branch: 'codex/rate-limit' },
  });
  await seed({
    title: 'Rewrite the importer in Rust',
    prompts: ['Rewrite the importer in Rust.'],
    minutesAgo: 700,
    turns: [[{ ending: 'time-limit', seconds: 3600, runnerId, log: begin, diff: smallDiff }]],
  });
  await seed({
    title: 'Regenerate the API client',
    prompts: ['Regenerate the API client.'],
    minutesAgo: 400,
    turns: [[{ ending: 'cancelled', seconds: 12, runnerId, log: setUp }]],
  });
  const failed = await seed({
    title: 'Bump every dependency to its newest version',
    prompts: ['Bump every dependency to its newest version.'],
    minutesAgo: 190,
    isRead: false,
    turns: [
      [
        {
          ending: 'setup-failed',
          detail: '`npm ci` ended with code 1.',
          seconds: 41,
          runnerId,
          log: [
            ...setUp,
            { kind: 'error', phase: 'setup', text: 'npm error code ERESOLVE could not resolve acme-theme@3.1.0' },
          ],
        },
      ],
    ],
  });
  const finished = await seed({
    title: 'Fix the rounding of invoice totals',
    prompts: [prompt, 'Good. Please also say in the docs how totals are rounded, and drop the old function.'],
    minutesAgo: 95,
    isRead: false,
    turns: [
      [{ ...over, ending: 'changed', diff: smallDiff, answer: 'I changed `totalOf`.' }],
      [{ ...over, ending: 'changed', diff: wideDiff, answer }],
    ],
    comments: [
      {
        path: 'src/billing/invoice.ts',
        line: 17,
        text: 'Is a float safe here at all? Cents as integers would be.',
        sentWithTurn: 2,
      },
      {
        path: 'src/billing/invoice.ts',
        line: 24,
        text: 'Say in the comment what happens with more than one currency.',
      },
    ],
    pullRequest: { number: 124, state: 'open', branch: 'codex/fix-the-rounding-of-invoice-totals' },
  });
  await seed({
    title: 'Translate the mails into French',
    prompts: ['Translate the mails into French.'],
    minutesAgo: 4,
    turns: [[{}]],
  });
  const running = await seed({
    title: 'Make totals exact for long invoices',
    prompts: [prompt],
    minutesAgo: 3,
    turns: [
      [
        { state: 'working', seconds: 133, runnerId, log: begin, diff: smallDiff, egress, isFromCache: true },
        { ...over, seconds: 96, ending: 'changed', diff: wideDiff, answer },
        { state: 'setting-up', seconds: 20, runnerId, log: setUp, tries: 2 },
      ],
    ],
  });
  return { environmentId, repositoryId, runnerId, running, finished, failed, place };
}
