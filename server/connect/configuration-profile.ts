import { createHash, X509Certificate } from 'node:crypto';
import type { JoinFacts } from './join-facts.ts';
import { requirementsFile, settingsFile } from './requirements-file.ts';

const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const escapeXml = (text: string): string => text.replaceAll(/[&<>]/g, (sign) => escapes[sign] ?? sign);

/** The same name always gives the same UUID (version 8, RFC 9562 section 5.8), so that a new profile replaces the old one. */
function stableUuid(name: string): string {
  const bytes = createHash('sha256').update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

type PlistValue = string | number | boolean | Uint8Array | PlistValue[] | { [key: string]: PlistValue };

function plistXml(value: PlistValue, indent: string): string {
  if (typeof value === 'string') return `${indent}<string>${escapeXml(value)}</string>`;
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`;
  if (typeof value === 'boolean') return `${indent}<${value}/>`;
  if (value instanceof Uint8Array) return `${indent}<data>${Buffer.from(value).toString('base64')}</data>`;
  const deeper = `${indent}  `;
  if (Array.isArray(value))
    return [`${indent}<array>`, ...value.map((item) => plistXml(item, deeper)), `${indent}</array>`].join('\n');
  const entries = Object.entries(value).flatMap(([key, item]) => [
    `${deeper}<key>${escapeXml(key)}</key>`,
    plistXml(item, deeper),
  ]);
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join('\n');
}

function payload(facts: JoinFacts, type: string, name: string, content: { [key: string]: PlistValue }) {
  const host = new URL(facts.origin).hostname.replaceAll(/[^A-Za-z0-9.-]/g, '');
  return {
    PayloadType: type,
    PayloadVersion: 1,
    PayloadIdentifier: `${host}.reeve.${type}`,
    PayloadUUID: stableUuid(`${facts.origin} ${facts.workspaceId} ${type}`),
    PayloadDisplayName: name,
    ...content,
  };
}

/** A macOS configuration profile: the managed preferences the client reads, and the authority it has to trust. */
export function configurationProfile(facts: JoinFacts): string {
  const contents: { [key: string]: PlistValue }[] = [
    payload(facts, 'com.openai.codex', 'Codex uses Reeve', {
      requirements_toml_base64: Buffer.from(requirementsFile(facts)).toString('base64'),
      config_toml_base64: Buffer.from(settingsFile(facts)).toString('base64'),
    }),
  ];
  if (facts.authorityPem)
    contents.push(
      payload(facts, 'com.apple.security.root', 'Reeve certificate authority', {
        PayloadCertificateFileName: 'reeve-ca.cer',
        PayloadContent: new X509Certificate(facts.authorityPem).raw,
      }),
    );
  const profile = payload(facts, 'Configuration', `Reeve at ${new URL(facts.origin).host}`, {
    PayloadDescription: `Codex on this Mac works for the workspace at ${facts.origin}.`,
    PayloadScope: 'System',
    PayloadContent: contents,
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    plistXml(profile, '  '),
    '</plist>',
    '',
  ].join('\n');
}
