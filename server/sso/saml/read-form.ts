import { SamlRefused } from './refuse-saml.ts';

/** Room for the largest response in base64 and percent encoding. */
const maxFormBytes = 1_000_000;

export interface SamlForm {
  SAMLResponse: string;
  RelayState: string | null;
  /** Posted again by our own page: see `relayPage`. */
  isRelayed: boolean;
}

const refuse = (why: string): never => {
  throw new SamlRefused('malformed', why);
};

/** The form of the POST binding (SAML bindings §3.5.4). @throws SamlRefused */
export async function readSamlForm(request: Request): Promise<SamlForm> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') refuse('it was not sent as a form');
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxFormBytes) refuse(`the form is larger than ${maxFormBytes} bytes`);
    chunks.push(chunk);
  }
  const form = new URLSearchParams(new TextDecoder().decode(Buffer.concat(chunks)));
  const names = ['SAMLResponse', 'RelayState', 'relayed'];
  const twice = names.find((name) => form.getAll(name).length > 1);
  if (twice) refuse(`${twice} is sent twice`);
  return {
    SAMLResponse: form.get('SAMLResponse') ?? refuse('there is no SAMLResponse in it'),
    RelayState: form.get('RelayState'),
    isRelayed: form.get('relayed') === '1',
  };
}
