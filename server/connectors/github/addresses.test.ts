import { expect, test } from 'vitest';
import { apiUrlOf, canCallBack, manageUrlOf, readServerUrl } from './addresses.ts';
import { manifestOf, missingPermissions, neededPermissions } from './manifest.ts';

test.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://example.ghe.com', 'https://api.example.ghe.com'],
  ['https://github.example.com', 'https://github.example.com/api/v3'],
])('the API of %s is at %s', (baseUrl, apiUrl) => {
  expect(apiUrlOf(baseUrl)).toBe(apiUrl);
});

test('an address is kept without what is not part of it', () => {
  expect(readServerUrl('https://git.example.com/group/api.git/?x=1#y')).toBe('https://git.example.com/group/api.git');
  expect(() => readServerUrl('http://git.example.com')).toThrow('is not an https address');
  expect(() => readServerUrl('https://me:secret@git.example.com')).toThrow('must not hold a password');
});

test('github.com cannot call a machine by its loopback address, so that the app gets no hook there', () => {
  expect(canCallBack('https://github.com', 'https://localhost:8443')).toBe(false);
  expect(canCallBack('https://example.ghe.com', 'https://127.0.0.1:8443')).toBe(false);
  expect(canCallBack('https://github.com', 'https://reeve.example.com')).toBe(true);
  expect(canCallBack('https://github.example.com', 'https://localhost:8443')).toBe(true);
  const app = { name: 'Reeve', isPublic: false, connectionId: 'git_1', baseUrl: 'https://github.com' };
  const local = manifestOf({ ...app, origin: 'https://localhost:8443' });
  expect(local).not.toHaveProperty('hook_attributes');
  expect(local).not.toHaveProperty('default_events');
  expect(manifestOf({ ...app, origin: 'https://reeve.example.com' })).toMatchObject({
    hook_attributes: { url: 'https://reeve.example.com/git/webhooks/git_1', active: true },
  });
});

test('the app is given the most that any operation needs, and no more', () => {
  expect(neededPermissions()).toEqual({
    metadata: 'read',
    contents: 'write',
    workflows: 'write',
    pull_requests: 'write',
  });
  expect(
    missingPermissions({ metadata: 'read', contents: 'write', workflows: 'write', pull_requests: 'admin' }),
  ).toEqual([]);
  expect(missingPermissions({ metadata: 'read', contents: 'read' })).toEqual([
    'contents: write',
    'workflows: write',
    'pull_requests: write',
  ]);
});

test('an installation is changed on the page of whoever owns it', () => {
  const at = (kind: 'organization' | 'user') =>
    manageUrlOf('https://github.com', { account: 'example', kind, externalId: '7' });
  expect(at('organization')).toBe('https://github.com/organizations/example/settings/installations/7');
  expect(at('user')).toBe('https://github.com/settings/installations/7');
});
