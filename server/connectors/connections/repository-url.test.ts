import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isReeveError } from '#server/fail.ts';
import { readRepositoryUrl } from './repository-url.ts';

test.each([
  ['https://git.example.com/group/project.git', 'https://git.example.com/group/project.git', 'group/project'],
  ['https://git.example.com/group/project/', 'https://git.example.com/group/project', 'group/project'],
  ['https://git.example.com:8443/a.git', 'https://git.example.com:8443/a.git', 'a'],
  ['https://git.example.com:443/a', 'https://git.example.com/a', 'a'],
  ['https://GIT.Example.com/A', 'https://git.example.com/A', 'A'],
  ['https://git.example.com./a', 'https://git.example.com/a', 'a'],
  ['https://[2001:db8::1]:8443/a', 'https://[2001:db8::1]:8443/a', 'a'],
  ['http://[::1]:3000/a', 'http://[::1]:3000/a', 'a'],
  ['http://127.0.0.1:3000/a', 'http://127.0.0.1:3000/a', 'a'],
  ['https://bücher.example/a', 'https://xn--bcher-kva.example/a', 'a'],
  ['https://git.example.com/a/../b', 'https://git.example.com/b', 'b'],
  ['https://git.example.com/a/%2e%2e/b', 'https://git.example.com/b', 'b'],
  ['https://git.example.com/a\\b', 'https://git.example.com/a/b', 'a/b'],
  ['https://git.example.com/a?token=1#here', 'https://git.example.com/a', 'a'],
  ['https://git.example.com/b%C3%BCcher.git', 'https://git.example.com/b%C3%BCcher.git', 'bücher'],
  ['https://git.example.com/bücher', 'https://git.example.com/b%C3%BCcher', 'bücher'],
  ['https://git.example.com/a b', 'https://git.example.com/a%20b', 'a b'],
  ['https://git.example.com/%25', 'https://git.example.com/%25', '%'],
  ['https://git.example.com/a/%252e%252e', 'https://git.example.com/a/%252e%252e', 'a/%2e%2e'],
])('%s is %s', (text, url, repository) => {
  expect(readRepositoryUrl(text)).toEqual({ url, repository });
});

test.each([
  ['https://git.example.com/a%zz/b', 'In the address, "%zz" of "a%zz" is no escape'],
  ['https://git.example.com/a/b%', 'In the address, "%" of "b%" is no escape'],
  ['https://git.example.com/a/%f', 'In the address, "%f" of "%f" is no escape'],
  ['https://git.example.com/%ff', 'the escapes of "%ff" are no text in UTF-8'],
  ['https://git.example.com/a%00b', 'has a character that nobody can see'],
  ['https://git.example.com/a\0b', 'has a character that nobody can see'],
  ['https://git.example.com/a%0d%0ab', 'has a character that nobody can see'],
  ['https://git.example.com/a%E2%80%AEb', 'has a character that nobody can see'],
  ['https://git.example.com/a%2Fb', 'has an escaped slash'],
  ['https://git.example.com', 'names a server and no repository'],
  ['https://git.example.com/', 'names a server and no repository'],
  ['https://git.example.com/.git', 'names a server and no repository'],
  ['https://git.example.com//a', 'two slashes in a row'],
  ['https://git.example.com/a//b', 'two slashes in a row'],
  ['https://me:secret@git.example.com/a', 'must not hold a password'],
  ['https://token@git.example.com/a', 'must not hold a password'],
  ['http://git.example.com/a', 'is not an https address'],
  ['file:///etc/passwd', 'is not an https address'],
  ['ssh://git@git.example.com/a', 'is not an https address'],
  ['git@git.example.com:group/project.git', 'Is no address'],
  ['git.example.com/a', 'Is no address'],
  ['https://', 'Is no address'],
  ['https://git.example.com:99999/a', 'Is no address'],
  ['https://[fe80::1]/a', 'is not an address that Reeve calls'],
  ['https://169.254.169.254/a', 'is not an address that Reeve calls'],
  ['https://2852039166/a', 'is not an address that Reeve calls'],
])('%s is refused, with what is wrong with it', (text, said) => {
  expect(() => readRepositoryUrl(text)).toThrow(said);
});

test('whatever is written is an address or a clear refusal, and what it is once it stays', () => {
  const part = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('..', '.', '%', '%2', '%00', '%2f', '%2e%2e', '@', ':', '[', '\\', '?', '#', '.git', '\0', 'ä'),
  );
  const host = fc.constantFrom(
    'git.example.com',
    'git.example.com.',
    '[::1]',
    '127.0.0.1:80',
    'me@h',
    'bücher.example',
  );
  const scheme = fc.constantFrom('https://', 'http://', 'ssh://', 'file://', '', 'https:', 'javascript:');
  fc.assert(
    fc.property(scheme, host, fc.array(part, { maxLength: 5 }), (start, name, parts) => {
      const text = `${start}${name}/${parts.join('/')}`;
      try {
        const { url, repository } = readRepositoryUrl(text);
        expect(new URL(url).href.replace(/\/$/, '')).toBe(url);
        expect(readRepositoryUrl(url)).toEqual({ url, repository });
        expect(repository).not.toMatch(/[\0\r\n]|(^|\/)\.\.?(\/|$)/);
        expect(url).not.toMatch(/[?#]/);
        expect(new URL(url).username).toBe('');
      } catch (error) {
        if (!isReeveError(error)) throw error;
        expect(error).toMatchObject({ code: 'bad-input', details: { issues: [{ path: ['url'] }] } });
      }
    }),
    { numRuns: 2_000 },
  );
});
