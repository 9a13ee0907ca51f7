import { ReeveError } from '#server/fail.ts';

const maxBodyBytes = 64 * 1024;

export type Fields = Partial<Record<string, string>>;

async function readText(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBodyBytes) throw new ReeveError('body-too-large', { maxBytes: maxBodyBytes });
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

function jsonFields(text: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ReeveError('bad-input', { reason: 'the body is not JSON' });
  }
  if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed))
    throw new ReeveError('bad-input', { reason: 'the body is not a JSON object' });
  const fields: Fields = Object.create(null);
  for (const [name, value] of Object.entries(parsed)) {
    if (value === null) continue;
    if (typeof value !== 'string') throw new ReeveError('bad-input', { reason: `${name.slice(0, 50)} is not a text` });
    fields[name] = value;
  }
  return fields;
}

/** RFC 6749 §3.2: parameters must not be sent twice. */
function formFields(text: string): Fields {
  const fields: Fields = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields[name] !== undefined) throw new ReeveError('bad-input', { reason: `${name.slice(0, 50)} is sent twice` });
    fields[name] = value;
  }
  return fields;
}

/** The body's fields: clients send codes as a form, but refresh tokens and revocations as JSON. @throws ReeveError bad-input, body-too-large */
export async function readFields(request: Request): Promise<Fields> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/x-www-form-urlencoded')
    throw new ReeveError('bad-input', { reason: 'send application/x-www-form-urlencoded or application/json' });
  const text = await readText(request);
  return type === 'application/json' ? jsonFields(text) : formFields(text);
}
