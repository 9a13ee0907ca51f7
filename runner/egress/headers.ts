/** RFC 9110 §7.6.1: between two neighbours only. `alt-svc` would send clients to QUIC, for which there is no way out. */
const ofOneHop = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'http2-settings',
  'alt-svc',
]);
/** What a proxy in front says about the caller: a container has none, and must not tell the gateway who it is. */
const ofForwarders = /^(forwarded|x-forwarded-.*|x-real-ip|x-request-id)$/;

export function headerPairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  return Array.from({ length: rawHeaders.length / 2 }, (_, index) => [
    rawHeaders[index * 2] ?? '',
    rawHeaders[index * 2 + 1] ?? '',
  ]);
}

/** The values of one header, in order. */
export const valuesOf = (rawHeaders: readonly string[], wanted: string): string[] =>
  headerPairs(rawHeaders)
    .filter(([name]) => name.toLowerCase() === wanted)
    .map(([, value]) => value);

/** Without what belongs to one hop, without `proxy-*`, in the spelling and order they came in. */
export function endToEnd(rawHeaders: readonly string[], { toGateway = false } = {}): string[] {
  const named = new Set(
    valuesOf(rawHeaders, 'connection').flatMap((value) => value.split(',').map((one) => one.trim().toLowerCase())),
  );
  // A client cannot have a header dropped that says what the message is or for whom.
  for (const needed of ['host', 'content-length', 'authorization', 'cookie', 'content-type']) named.delete(needed);
  return headerPairs(rawHeaders)
    .filter(([name]) => {
      const lower = name.toLowerCase();
      return !(
        ofOneHop.has(lower) ||
        named.has(lower) ||
        lower.startsWith('proxy-') ||
        (toGateway && ofForwarders.test(lower))
      );
    })
    .flat();
}

export const bytesOfHead = (rawHeaders: readonly string[]): number =>
  rawHeaders.reduce((sum, text) => sum + text.length + 2, 0);
