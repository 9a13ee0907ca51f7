import { createHash } from 'node:crypto';
import { type TeamConfigCode, teamConfigCodes } from '#contract/team-config-codes.ts';
import type { TeamConfigFinding } from '#contract/team-config-files.ts';
import { version } from '#server/version.ts';
import type { CheckedRepository } from './finding-output.ts';

const codes = Object.keys(teamConfigCodes) as TeamConfigCode[];

const uriOf = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

const pascal = (code: string): string =>
  code.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());

const rules = codes.map((code) => {
  const { title, explanation, severity } = teamConfigCodes[code];
  return {
    id: code,
    name: pascal(code),
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    defaultConfiguration: { level: severity },
  };
});

/**
 * The same finding has the same print when lines above it come and go: it counts equal ones of a file in place of naming the line.
 */
function fingerprints(findings: readonly TeamConfigFinding[]): string[] {
  const seen = new Map<string, number>();
  return findings.map(({ code, file, message }) => {
    const same = `${code}\n${file}\n${message}`;
    const count = seen.get(same) ?? 0;
    seen.set(same, count + 1);
    return createHash('sha256').update(`${same}\n${count}`).digest('hex');
  });
}

function resultOf(finding: TeamConfigFinding, print: string) {
  const { code, severity, file, line, column, endLine, endColumn, message, fix } = finding;
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code as TeamConfigCode),
    level: severity,
    message: { text: fix === null ? message : `${message} ${fix}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file), uriBaseId: '%SRCROOT%' },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
    partialFingerprints: { 'reeveFinding/v1': print },
  };
}

/**
 * SARIF 2.1.0, as code scanning takes it (docs.oasis-open.org/sarif/sarif/v2.1.0): paths are relative to the root of the repository,
 * columns are UTF-16 code units as in the findings themselves.
 */
export function sarifOf({ check: { findings } }: CheckedRepository) {
  const prints = fingerprints(findings);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'reeve team-config check', version, rules } },
        originalUriBaseIds: { '%SRCROOT%': { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results: findings.map((finding, index) => resultOf(finding, prints[index] ?? '')),
      },
    ],
  };
}
