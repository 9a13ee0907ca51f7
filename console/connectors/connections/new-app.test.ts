import { expect, test } from 'vitest';
import { appNameFor, checkBaseUrl, checkOrganization } from './new-app.ts';

test('the name of an app is one that GitHub takes', () => {
  expect(appNameFor('Example Ltd')).toBe('Reeve Example Ltd');
  expect(appNameFor('A company with quite a long name indeed').length).toBeLessThanOrEqual(34);
  expect(appNameFor('Aktiengesellschaft für Werkzeug und')).not.toMatch(/\s$/);
});

test('an address is https, except on this machine', () => {
  expect(checkBaseUrl(' https://github.example.com ')).toBeNull();
  expect(checkBaseUrl('http://localhost:8080')).toBeNull();
  expect(checkBaseUrl('http://github.example.com')).toBe('Is no https address.');
  expect(checkBaseUrl('github.example.com')).toContain('whole address');
});

test.each(['', 'example org', 'https://github.com/example', 'a'.repeat(40)])('%j names no organisation', (login) => {
  expect(checkOrganization(login)).not.toBeNull();
});
