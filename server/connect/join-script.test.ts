import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAuthority } from '#server/http/local-authority.ts';
import { fingerprintOf, joinScript } from './join-script.ts';

const folder = mkdtempSync(join(tmpdir(), 'reeve-join-'));
let authorityPem = '';
const origin = 'https://reeve.example:8443';

beforeAll(async () => {
  const files = { folder, name: 'ca', title: 'Reeve test' };
  authorityPem = (
    await openAuthority(files, { names: ['reeve.example'], now: new Date(), onReplaced: () => undefined })
  ).certificatePem;
});
afterAll(() => rmSync(folder, { recursive: true }));

const script = () => joinScript({ origin, workspaceId: 'ws_1', authorityPem });
const hasShellcheck = spawnSync('/bin/sh', ['-c', 'command -v shellcheck']).status === 0;

describe('join.sh', () => {
  test('is filled completely and carries the authority and its fingerprint', () => {
    expect(script()).not.toContain('@@');
    expect(script()).toContain(`ca_pem='${authorityPem.trim()}'`);
    expect(script()).toContain(`ca_fingerprint='${fingerprintOf(authorityPem)}'`);
  });

  test('parses as POSIX shell, with and without an authority', () => {
    for (const text of [script(), joinScript({ origin, workspaceId: 'ws_1', authorityPem: null })])
      execFileSync('/bin/sh', ['-n'], { input: text });
  });

  test.runIf(hasShellcheck)('has nothing for shellcheck to say', () => {
    const { stdout } = spawnSync('/bin/sh', ['-c', 'shellcheck -s sh -'], { input: script(), encoding: 'utf8' });
    expect(stdout).toBe('');
  });

  test('does nothing when the download is cut short', () => {
    const whole = script();
    const cut = whole.slice(0, whole.lastIndexOf('main "$@"'));
    const { status, stdout } = spawnSync('/bin/sh', ['-s', '--', '--user'], { input: cut, encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });

  test.each([
    ['an address', { origin: "https://reeve.example'; rm -rf /; '" }],
    ['an address', { origin: 'https://reeve.example/$(id)' }],
    ['a workspace id', { workspaceId: 'ws"\n' }],
    ['a certificate', { authorityPem: "-----BEGIN CERTIFICATE-----\n'\n-----END CERTIFICATE-----" }],
  ])('refuses %s that would end a quoted string', (_what, part) => {
    expect(() => joinScript({ origin, workspaceId: 'ws_1', authorityPem, ...part })).toThrow(/join\.sh cannot carry/);
  });
});
