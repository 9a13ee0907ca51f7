import { expect, test } from 'vitest';
import { invitationsAsCsv } from './invitations-as-csv.ts';

const expiresAt = '2026-01-08T00:00:00.000Z';

test('links, one a row, with whether they were mailed', () => {
  const rows = ['a', 'b'].map((id) => ({
    memberId: id,
    email: `${id}@x.example`,
    link: `https://x/#${id}`,
    expiresAt,
  }));
  expect(invitationsAsCsv(rows, ['b'])).toBe(
    `email,link,expires at,mailed\r\na@x.example,https://x/#a,${expiresAt},no\r\nb@x.example,https://x/#b,${expiresAt},yes\r\n`,
  );
});

test('what a spreadsheet would take for a formula is text', () => {
  const row = { memberId: 'a', email: '=cmd|"x"@x.example', link: '+1,2', expiresAt };
  expect(invitationsAsCsv([row], []).split('\r\n')[1]).toBe(`"'=cmd|""x""@x.example","'+1,2",${expiresAt},no`);
});
