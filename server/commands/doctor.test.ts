import { chmod, rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { refuseFullDisk } from '#server/open-data-folder.ts';
import { foundOrganisation } from '#testing/organisation.ts';
import { openInstallation, ownerLinkIn } from '#testing/reeve-program.ts';

test('the doctor names what is wrong and what to do, with a server and without one', async () => {
  const reeve = await openInstallation();
  const fresh = await reeve.run(['doctor']);
  expect(fresh.exitCode).toBe(0);
  expect(fresh.stdout).toContain('the first start makes it');

  const server = await reeve.serve();
  const { owner } = await foundOrganisation(reeve, ownerLinkIn(server.stdout));
  await owner.api.models.setUpstream({ baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-upstream' });
  const withServer = await reeve.run(['doctor']);
  expect(withServer.stdout).toMatch(/ok +port .*process \d+ .* listens/);
  expect(withServer.stdout).toMatch(/PROBLEM +upstream +http:\/\/127\.0\.0\.1:9\/v1 does not answer/);
  expect(withServer.stdout).toMatch(/Checks of Example Ltd\n[\s\S]*ok +Only TLS 1\.2 and 1\.3 are offered/);
  expect(withServer.stdout).toMatch(/PROBLEM +The model upstream answers +http:\/\/127\.0\.0\.1:9\/v1 does not answer/);
  expect(withServer.exitCode).toBe(1);
  server.kill('SIGTERM');
  await server.exit;

  const keyFile = join(reeve.dataFolder, 'keys', 'master.key');
  await chmod(keyFile, 0o644);
  const other = createServer().listen(reeve.port, '127.0.0.1');
  const open = await reeve.run(['doctor']);
  other.close();
  expect(open.stdout).toMatch(/WARNING +master key .*could be read by others\n.*chmod 600/);
  expect(open.stdout).toMatch(/PROBLEM +port .*EADDRINUSE/);
  expect(open.stdout).toMatch(/none runs on this data folder\. [^\n]*\nunknown +Somebody owns the workspace/);
  await rename(keyFile, `${keyFile}.away`);
  const lost = await reeve.run(['doctor']);
  expect(lost.stdout).toMatch(/PROBLEM +secrets +.*does not exist\n.*→ Put the master key back/);
  expect(lost.stdout).not.toContain('    at ');

  const refused = await reeve.run(['doctor'], { REEVE_LISTEN: 'nowhere', REEVE_DATAA: 'x' });
  expect(refused.stdout).toMatch(/PROBLEM +settings +REEVE_LISTEN/);
  expect(refused.exitCode).toBe(1);
});

test('a full disk is told before the database is opened', async () => {
  await expect(refuseFullDisk('/', { atLeastBytes: Number.MAX_SAFE_INTEGER })).rejects.toThrow(
    /REEVE_DATA: only \d+ MB are free on the disk of \//,
  );
  await expect(refuseFullDisk('/', { atLeastBytes: 1 })).resolves.toBeUndefined();
});
