/** From `openCertificates`: what clients have to trust. */
export interface Authorities {
  /** Null when the operator brought a certificate of their own. */
  authorityPem: string | null;
  /** Behind the vendor's names; absent or null unless proxy mode is on. */
  proxyAuthorityPem?: string | null;
}
