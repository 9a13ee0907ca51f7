import type { ComplianceRecord } from './compliance-record.ts';

/** RFC 5424 §6.2.1: facility 13 (log audit), severity 6 (informational). */
const priority = 13 * 8 + 6;
const longestHostname = 255;
const longestMessageId = 32;

/** RFC 5424 §6: these fields are printable US-ASCII without blanks; `-` where there is nothing. */
const headerField = (text: string, longest: number): string =>
  text.replace(/[^\x21-\x7e]/g, '').slice(0, longest) || '-';

/** RFC 5424 §6.2.3 allows six digits of a second; what is no time is left out rather than invented. */
function timestampField(timestamp: string): string {
  const at = new Date(timestamp);
  return Number.isNaN(at.getTime()) ? '-' : timestamp.replace(/(\.\d{6})\d+/, '$1');
}

/**
 * JSON in plain ASCII: RFC 5424 asks for a byte order mark before UTF-8, which JSON parsers refuse. Escaped, it needs none and is the same
 * JSON.
 */
const asciiJson = (record: ComplianceRecord): string =>
  JSON.stringify(record).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A record as one RFC 5424 message: `<110>1 2026-11-20T10:15:00.000Z reeve.example.com reeve - CODEX_LOG - {…}`. */
export const syslogMessage = (record: ComplianceRecord, hostname: string): string =>
  [
    `<${priority}>1`,
    timestampField(record.timestamp),
    headerField(hostname, longestHostname),
    'reeve',
    '-',
    headerField(record.type, longestMessageId),
    '-',
    asciiJson(record),
  ].join(' ');

/** RFC 5425 §4.3: the length in octets, a blank, the message. */
export const octetCounted = (message: string): Buffer => Buffer.from(`${Buffer.byteLength(message)} ${message}`);
