/** Folders by the name they have in the archive. */
export type Roots = Readonly<Record<string, string>>;

/**
 * A name is bytes, and not always UTF-8. Here each byte is one letter (Latin-1), which the archive then writes like every text: nothing of
 * it is lost on its way, and what reads it is this file again, at the other end.
 */
export const nameOf = (bytes: Buffer): string => bytes.toString('latin1');

const bytesOf = (name: string): Buffer => Buffer.from(name, 'latin1');

const isBytes = (name: string): boolean => !/[\u0100-\uffff]/.test(name);

/** Where it is on this machine. */
export function placeOf(roots: Roots, name: string): Buffer {
  const [root = '', ...rest] = name.split('/');
  return Buffer.concat([Buffer.from(roots[root] ?? ''), bytesOf(['', ...rest].join('/'))]);
}

/** @throws Error for a name that leads out of the folders, also one that would only as bytes */
export function checkName(roots: Roots, name: string): void {
  const [root = '', ...rest] = name.split('/');
  const leadsOut = rest.some((part) => part === '' || part === '.' || part === '..');
  if (!Object.hasOwn(roots, root) || leadsOut || !isBytes(name))
    throw new Error(`an archive with the name ${JSON.stringify(name.slice(0, 200))}`);
}

/** @throws Error for a target that is no bytes */
export function targetOf(linkname: string | null | undefined): Buffer {
  const target = linkname ?? '';
  if (!isBytes(target)) throw new Error(`an archive with a link to ${JSON.stringify(target.slice(0, 200))}`);
  return bytesOf(target);
}
