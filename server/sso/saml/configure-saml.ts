import type { z } from 'zod';
import type { SamlSettings } from '#contract/sso.ts';
import { ReeveError } from '#server/fail.ts';
import { guardedFetch, refuseUnsafeUrl } from '#server/http/guarded-fetch.ts';
import type { Clock } from '#server/services.ts';
import { type IdpMetadata, readMetadata } from './read-metadata.ts';
import { SamlRefused } from './refuse-saml.ts';

export type Settings = z.infer<typeof SamlSettings>;

export interface SamlChange {
  metadataUrl?: string | null | undefined;
  metadataXml?: string | undefined;
  signsRequests?: boolean | undefined;
}

const badInput = (path: string, message: string) =>
  new ReeveError('bad-input', { issues: [{ path: ['saml', path], message }] });

/** @throws SamlRefused metadata, when the address does not answer with it */
export async function fetchMetadata(url: string, now: Date): Promise<IdpMetadata> {
  let xml: string;
  try {
    const answer = await guardedFetch(url, {
      headers: { accept: 'application/samlmetadata+xml, application/xml, text/xml' },
    });
    if (!answer.ok) throw new Error(`it answered with status ${answer.status}`);
    xml = await answer.text();
  } catch (cause) {
    throw new SamlRefused('metadata', `${url}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  return readMetadata(xml, now);
}

async function readChange({ metadataUrl, metadataXml }: SamlChange, now: Date): Promise<IdpMetadata | null> {
  const path = metadataXml === undefined ? 'metadataUrl' : 'metadataXml';
  if (metadataUrl) refuseUnsafeUrl(new URL(metadataUrl), (message) => badInput('metadataUrl', message));
  try {
    if (metadataXml !== undefined) return readMetadata(metadataXml, now);
    return metadataUrl ? await fetchMetadata(metadataUrl, now) : null;
  } catch (error) {
    throw error instanceof SamlRefused ? badInput(path, error.message) : error;
  }
}

export const withMetadata = (
  { entityId, signOnUrl, logoutUrl, certificates }: IdpMetadata,
  now: Date,
): Omit<Settings, 'metadataUrl' | 'signsRequests'> => ({
  idpEntityId: entityId,
  signOnUrl,
  logoutUrl,
  certificates,
  metadataReadAt: now.toISOString(),
  metadataProblem: null,
});

/**
 * The settings after a change. Reads the metadata, from the network where its address was given: not inside a transaction.
 * @throws ReeveError bad-input, with what is wrong with the metadata
 */
export async function configureSaml(
  { clock }: { clock: Clock },
  was: Settings | null,
  change: SamlChange,
): Promise<Settings> {
  const now = clock();
  const metadata = await readChange(change, now);
  // A file without an address: the address of before would overwrite it at its next reading.
  const address = change.metadataXml === undefined ? was?.metadataUrl : null;
  const rest = {
    metadataUrl: change.metadataUrl === undefined ? (address ?? null) : change.metadataUrl,
    signsRequests: change.signsRequests ?? was?.signsRequests ?? true,
  };
  if (metadata) return { ...withMetadata(metadata, now), ...rest };
  if (!was) throw badInput('metadataUrl', 'Give the metadata of the identity provider, by its address or as a file.');
  return { ...was, ...rest };
}
