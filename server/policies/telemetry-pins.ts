import { plainValues, printToml, withoutKey } from './fit-document.ts';
import { nodeAt, readToml } from './read-toml.ts';

/** Where the clients of a member report to. */
export interface Telemetry {
  /** Log records go to `${baseUrl}/logs`, metrics to `${baseUrl}/metrics`. */
  baseUrl: string;
  headers: Readonly<Record<string, string>>;
  /** Whether the workspace keeps what is said, so that prompts and whole outputs are reported. */
  keepsContent: boolean;
}

/** Keys of `[otel]` that Reeve sets itself. Tables merge key by key, and an exporter of two kinds keeps a client from starting. */
export const pinnedExporters = ['exporter', 'metrics_exporter'] as const;

/** The start of an output tells why a command was stopped; the rest would be read only to be thrown away. */
const reportedOutputBytes = 2_048;

const exporter = ({ baseUrl, headers }: Telemetry, signal: string, protocol: 'json' | 'binary') => ({
  'otlp-http': { endpoint: `${baseUrl}/${signal}`, protocol, headers },
});

/** For clients of any version that read `[otel]`. `isSet` tells what a document beside it sets by itself, which then holds. */
function basicPins(telemetry: Telemetry, isSet: (key: string) => boolean): Record<string, unknown> {
  return {
    exporter: exporter(telemetry, 'logs', 'json'),
    metrics_exporter: exporter(telemetry, 'metrics', 'binary'),
    // Traces of one small task are a megabyte, and tell nothing that the log records do not.
    ...(isSet('trace_exporter') ? {} : { trace_exporter: 'none' }),
    log_user_prompt: telemetry.keepsContent,
  };
}

const setsIn = (documents: readonly string[]) => {
  const roots = documents.map((contents) => readToml(contents).root).filter((root) => root !== null);
  return (key: string): boolean => roots.some((root) => nodeAt(root, ['otel', key]) !== null);
};

/** `[otel]` of the requirements; members cannot change it. */
export function telemetryPins(telemetry: Telemetry, documents: readonly string[]): Record<string, unknown> {
  const isSet = setsIn(documents);
  return {
    ...basicPins(telemetry, isSet),
    // One record for every piece of an answer.
    ...(isSet('log_sse_deltas') ? {} : { log_sse_deltas: false }),
    ...(telemetry.keepsContent || isSet('tool_result') ? {} : { tool_result: { max_bytes: reportedOutputBytes } }),
  };
}

/** `[otel]` as a default, for clients that ignore it in requirements; members can change it. */
export const telemetryDefaults = (telemetry: Telemetry, documents: readonly string[]): Record<string, unknown> =>
  basicPins(telemetry, setsIn(documents));

/** A document without the exporters that Reeve sets; byte for byte where it has none. */
export function withoutExporters(contents: string): string {
  const { root } = readToml(contents);
  const otel = root && nodeAt(root, ['otel']);
  if (!root || !otel || !pinnedExporters.some((key) => otel.children.has(key))) return contents;
  const values = plainValues(root) as Record<string, unknown>;
  const kept = pinnedExporters.reduce(withoutKey, { ...(values.otel as object) });
  return printToml({ ...values, otel: kept });
}
