import { expect, test } from 'vitest';
import type { Line } from '../reeve/report-log.ts';
import { createCodexReader } from './codex-events.ts';

function read(...events: (object | string)[]) {
  const lines: Line[] = [];
  let work = 0;
  const onWork = () => {
    work += 1;
  };
  const reader = createCodexReader({ add: (line) => lines.push(line), onWork, folder: '/workspace/app' });
  for (const event of events) reader.read(typeof event === 'string' ? event : JSON.stringify(event));
  return { lines, reader, work };
}
const item = (stage: string, facts: object) => ({ type: `item.${stage}`, item: { id: 'item_1', ...facts } });

test('a command is one entry, and its output grows', () => {
  const command = { type: 'command_execution', command: 'make', status: 'in_progress' };
  const { lines, work } = read(
    item('started', { ...command, aggregated_output: '' }),
    item('updated', { ...command, aggregated_output: 'one\n' }),
    item('completed', { ...command, aggregated_output: 'one\ntwo\n', exit_code: 2 }),
  );
  expect(lines).toEqual([
    { kind: 'command', text: 'make', item: 'item_1' },
    { kind: 'command-output', text: 'one\n', item: 'item_1', exitCode: null },
    { kind: 'command-output', text: 'two\n', item: 'item_1', exitCode: 2 },
  ]);
  expect(work).toBe(1);
});

test('plans, patches, messages and tools have kinds of their own', () => {
  const { lines, reader } = read(
    { type: 'thread.started', thread_id: 't-1' },
    item('updated', { type: 'todo_list', items: [{ text: 'look', completed: true }] }),
    item('completed', { type: 'file_change', changes: [{ path: '/workspace/app/a.ts', kind: 'add' }] }),
    item('completed', { type: 'reasoning', text: 'Hm.' }),
    item('completed', { type: 'mcp_tool_call', server: 'docs', tool: 'find' }),
    item('completed', { type: 'web_search', query: 'how' }),
    item('completed', { type: 'agent_message', text: 'Done.' }),
    item('completed', { type: 'something_new' }),
    { type: 'turn.completed', usage: {} },
  );
  expect(lines.map(({ kind, text }) => [kind, text])).toEqual([
    ['plan', '[{"text":"look","done":true}]'],
    ['file-change', '[{"path":"a.ts","kind":"add"}]'],
    ['reasoning', 'Hm.'],
    ['tool', 'docs/find'],
    ['search', 'how'],
    ['message', 'Done.'],
  ]);
  expect([reader.threadId, reader.answer, reader.hasFailed]).toEqual(['t-1', 'Done.', false]);
});

test('an error that a later try repaired is no failure; a failed turn is', () => {
  expect(read({ type: 'error', message: 'Reconnecting 1/5' }).reader).toMatchObject({ hasFailed: false });
  const { reader, lines } = read({ type: 'turn.failed', error: { message: 'No.' } }, 'panic: not JSON');
  expect([reader.hasFailed, reader.error]).toEqual([true, 'No.']);
  expect(lines.map(({ kind }) => kind)).toEqual(['error', 'output']);
});

test('what Reeve would refuse in an entry is no event: others inside can write there, too', () => {
  const command = { type: 'command_execution', command: 'make' };
  const { lines } = read(
    { type: 'item.started', item: { ...command, id: 'x'.repeat(101) } },
    item('completed', { ...command, exit_code: 1.5 }),
    item('completed', { ...command, exit_code: 5_000_000_000 }),
  );
  expect(lines.map(({ kind }) => kind)).toEqual(['output', 'output', 'output']);
});

test('a thread whose name would be an option of the client is none', () => {
  for (const thread_id of ['--sandbox', '-', 'a b', ''])
    expect(read({ type: 'thread.started', thread_id }).reader.threadId).toBeNull();
});
