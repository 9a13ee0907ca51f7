import { expect, test } from 'vitest';
import { folderName, repositoryName } from './repository-name.ts';

test.each([
  'https://github.com/acme/shop',
  'https://github.com/acme/shop.git',
  'https://GitHub.com/acme/shop/',
  'https://ada:s3cret@github.com/acme/shop.git',
  'https://x-access-token:ghs_abc@github.com:443/acme/shop',
  'https://github.com/acme/shop.git?ref=main#readme',
  'git@github.com:acme/shop.git',
  'git@GITHUB.com:/acme/shop.git',
  'ssh://git@github.com/acme/shop.git',
  'ssh://git@github.com:2222/acme/shop',
  'git+ssh://git@github.com/acme/shop',
  'git://github.com/acme/shop',
  'github.com/acme/shop',
  'ada:s3cret@github.com/acme/shop',
  ' github.com/acme/shop.git ',
])('%s is one repository', (given) => expect(repositoryName(given)).toBe('github.com/acme/shop'));

test.each([
  ['https://git.example.com:8443/Acme/Shop.git', 'git.example.com:8443/Acme/Shop'],
  ['https://gitlab.example/group/sub/project', 'gitlab.example/group/sub/project'],
  ['https://[2001:DB8::1]/acme/shop', '[2001:db8::1]/acme/shop'],
])('%s', (given, name) => expect(repositoryName(given)).toBe(name));

test.each([
  '',
  'shop',
  'https://github.com/',
  'https://github.com/a/../../b',
  'https://host/a@b/c',
  'acme/shop',
  '/srv/git/shop',
  'https://u:p@w@host.example/a',
])('not %j', (given) => expect(() => repositoryName(given)).toThrow('not valid'));

test('folders are within the repository', () => {
  expect(['', '/', './', 'apps/shop', '/apps//shop/', './apps/shop'].map(folderName)).toEqual([
    '',
    '',
    '',
    'apps/shop',
    'apps/shop',
    'apps/shop',
  ]);
  for (const given of ['..', 'a/../b', 'a\\b', 'a\nb']) expect(() => folderName(given)).toThrow('not valid');
});
