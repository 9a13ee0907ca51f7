import type { Config } from '#server/config.ts';

/** Files and folders of this server that no client under proof may see. */
export const hiddenFrom = ({ dataFolder, blobsFolder, masterKey, tls, audit }: Config): string[] => [
  dataFolder,
  blobsFolder,
  ...(masterKey.from === 'file' ? [masterKey.path] : []),
  ...(tls === null ? [] : [tls.keyFile]),
  ...(audit.copyFolder === null ? [] : [audit.copyFolder]),
];
