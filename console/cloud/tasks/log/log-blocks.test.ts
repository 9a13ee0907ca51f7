import { expect, test } from 'vitest';
import type { LogEntry } from '#contract/task-states.ts';
import { currentPlan, lineCount, logBlocks, phaseTimes } from './log-blocks.ts';

const at = (seq: number) => new Date(Date.UTC(2026, 10, 26, 10, 0, seq)).toISOString();
const entry = (seq: number, part: Partial<LogEntry>): LogEntry => ({
  seq,
  at: at(seq),
  kind: 'output',
  phase: 'agent',
  text: '',
  item: null,
  exitCode: null,
  ...part,
});

test('a command has its output and its end, also when another one runs beside it', () => {
  const blocks = logBlocks([
    entry(1, { kind: 'command', text: 'npm test', item: 'item_1' }),
    entry(2, { kind: 'command', text: 'git status', item: 'item_2' }),
    entry(3, { kind: 'command-output', text: 'not ok 1\n', item: 'item_1' }),
    entry(4, { kind: 'command-output', text: 'clean\n', item: 'item_2', exitCode: 0 }),
    entry(5, { kind: 'command-output', text: 'not ok 2\n', item: 'item_1', exitCode: 1 }),
  ]);
  expect(blocks).toEqual([
    {
      kind: 'command',
      seq: 1,
      at: at(1),
      phase: 'agent',
      command: 'npm test',
      output: 'not ok 1\nnot ok 2\n',
      exitCode: 1,
      endedAt: at(5),
    },
    {
      kind: 'command',
      seq: 2,
      at: at(2),
      phase: 'agent',
      command: 'git status',
      output: 'clean\n',
      exitCode: 0,
      endedAt: at(4),
    },
  ]);
});

test('output that was sent in pieces is one block, and another phase begins a new one', () => {
  const blocks = logBlocks([
    entry(1, { phase: 'setup', text: 'Get:1 http' }),
    entry(2, { phase: 'setup', text: '://deb\n' }),
    entry(3, { phase: 'agent', kind: 'message', text: 'I look first.' }),
    entry(4, { phase: 'finish', text: 'saved\n' }),
  ]);
  expect(blocks.map((block) => ('text' in block ? block.text : block.kind))).toEqual([
    'Get:1 http://deb\n',
    'I look first.',
    'saved\n',
  ]);
});

test('the plan on show is the newest; what is no plan is none', () => {
  const plan = (done: boolean) => JSON.stringify([{ text: 'Read the test', done }]);
  expect(currentPlan(logBlocks([entry(1, { kind: 'plan', text: plan(false) })]))).toEqual([
    { text: 'Read the test', done: false },
  ]);
  const later = logBlocks([
    entry(1, { kind: 'plan', text: plan(false) }),
    entry(2, { kind: 'plan', text: plan(true) }),
  ]);
  expect(currentPlan(later)).toEqual([{ text: 'Read the test', done: true }]);
  expect(currentPlan(logBlocks([entry(1, { kind: 'plan', text: '{oops' })]))).toBeNull();
  expect(logBlocks([entry(1, { kind: 'file-change', text: '[{"path":"a.ts","kind":"update"}]' })])).toMatchObject([
    { kind: 'files', files: [{ path: 'a.ts', kind: 'update' }] },
  ]);
});

test('a phase begins with its first line and ends with the next one’s', () => {
  expect(
    phaseTimes([
      entry(1, { phase: 'prepare' }),
      entry(4, { phase: 'setup' }),
      entry(5, { phase: 'setup' }),
      entry(9, { phase: 'agent' }),
    ]),
  ).toEqual([
    { phase: 'prepare', startedAt: at(1), endedAt: at(4) },
    { phase: 'setup', startedAt: at(4), endedAt: at(9) },
    { phase: 'agent', startedAt: at(9), endedAt: null },
  ]);
});

test('lines are counted as a reader counts them', () => {
  expect(['', 'a', 'a\n', 'a\nb', '\n\n'].map(lineCount)).toEqual([0, 1, 1, 2, 2]);
});
