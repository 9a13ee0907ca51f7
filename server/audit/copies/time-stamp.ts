import type { Certificate } from 'pkijs';

/** A large library that a start does without. */
const pki = () => import('pkijs');

const answersWithinMs = 15_000;
const granted = [0, 1];

/** RFC 3161 §2.4.1: asks for the authority's certificate as well. No nonce, because each checkpoint is stamped once. */
async function requestFor(text: string): Promise<ArrayBuffer> {
  const { AlgorithmIdentifier, MessageImprint, TimeStampReq } = await pki();
  const messageImprint = await MessageImprint.create('SHA-256', Buffer.from(text));
  // RFC 5754 §2: absent parameters are right, and authorities expect none other.
  messageImprint.hashAlgorithm = new AlgorithmIdentifier({ algorithmId: messageImprint.hashAlgorithm.algorithmId });
  return new TimeStampReq({ version: 1, messageImprint, certReq: true }).toSchema().toBER();
}

/**
 * Has a time stamping authority say that this text is there now (RFC 3161 §3.4).
 * @returns its answer, DER, as `openssl ts -verify -in` takes it
 */
export async function askTimeStamp(url: string, text: string): Promise<Uint8Array> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query' },
    body: await requestFor(text),
    redirect: 'error',
    signal: AbortSignal.timeout(answersWithinMs),
  });
  if (!answer.ok) throw new Error(`The time stamping authority answered ${answer.status}.`);
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const checked = await checkTimeStamp(text, bytes, null);
  if ('problem' in checked) throw new Error(`The time stamp that came ${checked.problem}.`);
  return bytes;
}

/**
 * Whether an authority says that this text was there at a time.
 * @param authorities those that are trusted; null takes any, and proves only that the answer is whole and is about this text
 */
export async function checkTimeStamp(
  text: string,
  answer: Uint8Array,
  authorities: readonly Certificate[] | null,
): Promise<{ at: string } | { problem: string }> {
  try {
    const { MessageImprint, SignedData, TimeStampResp, TSTInfo } = await pki();
    const { status, timeStampToken } = TimeStampResp.fromBER(answer);
    if (!granted.includes(status.status) || !timeStampToken) return { problem: 'was not granted' };
    const signed = new SignedData({ schema: timeStampToken.content });
    const content = signed.encapContentInfo.eContent?.valueBlock.valueHexView;
    if (!content) return { problem: 'has no content' };
    const info = TSTInfo.fromBER(content);
    const expected = await MessageImprint.create('SHA-256', Buffer.from(text));
    const isAbout =
      info.messageImprint.hashAlgorithm.algorithmId === expected.hashAlgorithm.algorithmId &&
      info.messageImprint.hashedMessage.isEqual(expected.hashedMessage);
    if (!isAbout) return { problem: 'is about another text' };
    const result = await signed.verify({
      signer: 0,
      data: Uint8Array.from(Buffer.from(text)).buffer,
      trustedCerts: [...(authorities ?? [])],
      checkChain: authorities !== null,
      extendedMode: true,
    });
    if (result.signatureVerified !== true) return { problem: 'has a signature that is not right' };
    if (authorities !== null && result.signerCertificateVerified !== true)
      return { problem: 'is not by a trusted authority' };
    return { at: info.genTime.toISOString() };
  } catch (error) {
    return { problem: `cannot be verified (${error instanceof Error ? error.message : String(error)})` };
  }
}

const pemPattern = /-----BEGIN CERTIFICATE-----([^-]+)-----END CERTIFICATE-----/g;

export async function readAuthorities(pem: string): Promise<Certificate[]> {
  const { Certificate } = await pki();
  return [...pem.matchAll(pemPattern)].map(([, body = '']) => Certificate.fromBER(Buffer.from(body, 'base64')));
}
