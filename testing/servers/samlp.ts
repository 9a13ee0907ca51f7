import { createRequire } from 'node:module';

// The part of auth0's `samlp` that the test identity provider uses; the package brings no types.

export interface SamlpOptions {
  issuer: string;
  cert: string;
  key: string;
  audience: string;
  destination: string;
  recipient: string;
  inResponseTo: string;
  signatureAlgorithm: 'rsa-sha256';
  digestAlgorithm: 'sha256';
  lifetimeInSeconds: number;
  nameIdentifierFormat: string;
  authnContextClassRef: string;
  sessionIndex: string;
  signResponse: boolean;
  signAssertion: boolean;
  encryptionCert?: string;
  encryptionPublicKey?: string;
  encryptionAlgorithm?: string;
  samlStatusCode?: string;
  samlStatusMessage?: string;
  profileMapper: (user: unknown) => {
    getClaims(): Record<string, string | string[]>;
    getNameIdentifier(): { nameIdentifier: string };
  };
}

export interface ParsedRequest {
  issuer: string;
  id: string;
  assertionConsumerServiceURL: string;
  destination: string;
  forceAuthn?: string;
  requestedAuthnContext?: { authnContextClassRef: string };
}

interface Samlp {
  parseRequest(
    request: { method: 'GET'; query: Record<string, string> },
    options: { signingCert?: string; signature?: string; sigAlg?: string; relayState?: string },
    done: (error: Error | null, parsed: ParsedRequest) => void,
  ): void;
  getSamlResponse(options: SamlpOptions, user: unknown, done: (error: Error | null, xml: string) => void): void;
}

const require = createRequire(import.meta.url);
const samlp = require('samlp') as Samlp;

/** Reads an AuthnRequest of the redirect binding and checks its signature when `signingCert` is given. */
export const parseAuthnRequest = (query: Record<string, string>, signingCert: string | null): Promise<ParsedRequest> =>
  new Promise((resolve, reject) => {
    const options = signingCert === null ? {} : { signingCert };
    samlp.parseRequest({ method: 'GET', query }, options, (error, parsed) => (error ? reject(error) : resolve(parsed)));
  });

export const makeSamlResponse = (options: SamlpOptions): Promise<string> =>
  new Promise((resolve, reject) => {
    samlp.getSamlResponse(options, {}, (error, xml) => (error ? reject(error) : resolve(xml)));
  });
