/** Where calls to an upstream go. A query in the base address stays, as some gateways want an api-version there. */
export function upstreamUrl(baseUrl: string): URL {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/responses`;
  return url;
}
