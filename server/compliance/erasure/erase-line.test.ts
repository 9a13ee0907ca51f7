import { expect, test } from 'vitest';
import { type Erasing, eraseLine } from './erase-line.ts';

const sam: Erasing = { erasureId: 'era_1', memberId: 'mem_sam', values: ['Sam', 'sam@example.com'], at: '', by: null };
const line = (more: Record<string, unknown>) =>
  JSON.stringify({
    event_id: '1',
    type: 'AUDIT_LOG',
    action: 'SAML_CREATE_CONNECTION',
    actor: { type: 'ACCOUNT_USER', user_id: 'mem_ada', user_email: 'ada@example.com' },
    ...more,
  });

test('a name goes as a whole word, and never from what lines are told apart by', () => {
  expect(eraseLine(line({ action_data: { name: 'SAML of samples' } }), sam)).toBeNull();
  const named = { action: 'sam', action_data: { action: 'sam', group_id: 'sam', label: 'For SAM, by Ada' } };
  const after = eraseLine(line(named), sam) ?? '';
  expect(JSON.parse(after)).toMatchObject({
    action: 'sam',
    action_data: { action: 'sam', group_id: 'sam', label: '(erased)' },
    erased: { what: ['action_data.label'] },
  });
  expect(eraseLine(after, sam), 'done once').toBeNull();
});

test('whoever is called as a note of an earlier erasure reads does not take it away', () => {
  const after = eraseLine(line({ action_data: { label: 'Sam and Label' } }), sam) ?? '';
  const label: Erasing = { ...sam, erasureId: 'era_2', values: ['label', 'ada@example.com', 'erased'] };
  const twice = eraseLine(after, label) ?? '';
  expect(JSON.parse(twice).erased).toEqual({
    erasure_id: 'era_2',
    at: '',
    by: null,
    what: ['actor.user_email'],
    earlier: JSON.parse(after).erased,
  });
  expect(eraseLine(twice, label)).toBeNull();
});
