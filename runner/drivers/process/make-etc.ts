import { cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inside } from '../inside.ts';

/** What programs of this machine need to run, and nothing that says who uses it. */
const taken = [
  /^alternatives$/,
  /^ld\.so\.(cache|conf|conf\.d)$/,
  /^(localtime|timezone|mime\.types|services|protocols|magic|inputrc)$/,
  /^(java-[\w.-]+|python3[\d.]*|perl|php|fonts|terminfo|ImageMagick-\d)$/,
];

const agentId = 1000;

const made: Record<string, string> = {
  passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:${agentId}:${agentId}:agent:${inside.home}:/bin/bash\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n`,
  group: `root:x:0:\nagent:x:${agentId}:\nnogroup:x:65534:\n`,
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'resolv.conf': '# There is no DNS here: names are resolved by the proxy.\n',
  'ssl/certs/ca-certificates.crt': '',
};

/** A folder that is /etc in every container of this driver. Made anew at each start of the runner. */
export async function makeEtc(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'ssl/certs'), { recursive: true, mode: 0o755 });
  for (const name of await readdir('/etc')) {
    if (!taken.some((pattern) => pattern.test(name))) continue;
    // What this user may not read is no program's need.
    await cp(join('/etc', name), join(folder, name), { recursive: true, verbatimSymlinks: true }).catch(
      () => undefined,
    );
  }
  for (const [name, text] of Object.entries(made)) await writeFile(join(folder, name), text, { mode: 0o644 });
  return folder;
}
