import { createHash } from 'node:crypto';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { extract } from 'tar-stream';
import { inside } from '../inside.ts';

/** Files that tell programs in a container who they are; on the engine's machine. */
export interface People {
  passwd: string;
  group: string;
}

const mostBytes = 256 * 1024;
const plain = { passwd: 'root:x:0:0:root:/root:/bin/sh\n', group: 'root:x:0:\n' };

/** The text of a file of an image; null where it is none, or too long to be one. */
async function readFrom(container: Docker.Container, path: string): Promise<string | null> {
  const archive = await container.getArchive({ path }).catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return null;
    throw error;
  });
  if (archive === null) return null;
  const entries = Readable.from(archive as unknown as Readable).pipe(extract());
  for await (const entry of entries) {
    if (entry.header.type !== 'file' || (entry.header.size ?? 0) > mostBytes) {
      entries.destroy();
      return null;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  return null;
}

/** With the agent, in place of whoever has its name there or its number. */
function withAgent(text: string, { id, line }: { id: number; line: string }): string {
  const others = text.split('\n').filter((one) => {
    const [name, , number] = one.split(':');
    return one !== '' && name !== 'agent' && Number(number) !== id;
  });
  return `${[...others, line].join('\n')}\n`;
}

/**
 * The people of an image and the agent, whom no image knows: else programs that ask who they are get no answer.
 * @param folder of this runner, on the engine's machine
 */
export async function peopleOf(
  docker: Docker,
  image: string,
  { folder, user, labels }: { folder: string; user: { uid: number; gid: number }; labels: Record<string, string> },
): Promise<People> {
  const hash = createHash('sha256').update(`${image} ${user.uid} ${user.gid}`).digest('hex').slice(0, 32);
  const place = join(folder, 'people', hash);
  await mkdir(place, { recursive: true, mode: 0o711 });
  // It is never started.
  const container = await docker.createContainer({
    ...{ Image: image, Entrypoint: [], Cmd: ['true'], Labels: labels },
    HostConfig: { NetworkMode: 'none' },
  });
  try {
    const { uid, gid } = user;
    const texts: People = {
      passwd: withAgent((await readFrom(container, '/etc/passwd')) ?? plain.passwd, {
        id: uid,
        line: `agent:x:${uid}:${gid}:agent:${inside.home}:/bin/bash`,
      }),
      group: withAgent((await readFrom(container, '/etc/group')) ?? plain.group, { id: gid, line: `agent:x:${gid}:` }),
    };
    const files: People = { passwd: join(place, 'passwd'), group: join(place, 'group') };
    for (const name of ['passwd', 'group'] as const) {
      await writeFile(`${files[name]}.new`, texts[name], { mode: 0o644 });
      await rename(`${files[name]}.new`, files[name]);
    }
    return files;
  } finally {
    await container.remove({ force: true, v: true }).catch(() => undefined);
  }
}
