import type { CopyPlace } from '#server/db/audit-tables.ts';
import type { Services } from '#server/services.ts';
import { copyToBlobs } from './copy-to-blobs.ts';
import { copyToFolder } from './copy-to-folder.ts';
import { copyToWebhook } from './copy-to-webhook.ts';
import { askTimeStamp } from './time-stamp.ts';

export interface CheckpointCopy {
  chain: string;
  number: number;
  jws: string;
}

export type CopyServices = Pick<Services, 'db' | 'clock' | 'config' | 'blobs' | 'log'>;

/** `ws_0123/0000000042`: by chain and, in order, by number. */
export const copyName = ({ chain, number }: Pick<CheckpointCopy, 'chain' | 'number'>): string =>
  `${chain}/${String(number).padStart(10, '0')}`;

/**
 * Takes one checkpoint to one place. May be repeated: what is there already stays.
 * @returns what the place answered, where that has to be kept
 * @throws with a message for the administrator when it could not be done
 */
export async function copyCheckpoint(
  services: CopyServices,
  copy: CheckpointCopy,
  place: CopyPlace,
): Promise<string | null> {
  const { copyFolder, copyWebhook, timeStampUrl } = services.config.audit;
  if (place === 'blobs') await copyToBlobs(services, copy);
  if (place === 'folder' && copyFolder !== null) await copyToFolder(copyFolder, `${copyName(copy)}.jws`, copy.jws);
  if (place === 'webhook' && copyWebhook) await copyToWebhook(copyWebhook, copy, services.clock());
  if (place !== 'time-stamp' || !timeStampUrl) return null;
  const answer = await askTimeStamp(timeStampUrl.reveal(), copy.jws);
  if (copyFolder !== null) await copyToFolder(copyFolder, `${copyName(copy)}.tsr`, answer);
  return Buffer.from(answer).toString('base64');
}
