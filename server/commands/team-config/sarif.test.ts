import schema from '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json' with { type: 'json' };
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { checkTeamConfig } from '#server/team-config/index.ts';
import { sarifOf } from './sarif.ts';

const files = (config: string) => [
  { path: 'päd/.codex/config.toml', content: config, encoding: 'utf8' as const, executable: false },
  { path: '.codex/skills/a b/SKILL.md', content: 'x', encoding: 'utf8' as const, executable: false },
];
const sarif = (config: string) => sarifOf({ shown: '.', policy: null, check: checkTeamConfig(files(config)) });

// Of draft 4, which names itself in a way newer validators refuse; the rest means the same to them.
const { $schema: _draft, id: _id, ...sarifSchema } = schema;
const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(sarifSchema);
const isValid = (log: unknown): unknown => validate(JSON.parse(JSON.stringify(log))) || validate.errors;

test('the answer is SARIF 2.1.0 by its official schema, with findings and without', () => {
  expect(isValid(sarif('notify = ["x"]\nweb_search = "no"\nmodel = 1\n'))).toBe(true);
  expect(isValid(sarifOf({ shown: '.', policy: null, check: { findings: [], skills: [] } }))).toBe(true);
  // The schema does see what is wrong.
  expect(isValid({ ...sarif(''), version: '2.0' })).not.toBe(true);
});

test('every result names its rule, its place in UTF-16 units and a relative address', () => {
  const [run] = sarif('model = "😀"\n"x" = 1\nmodel_verbosity = "😀 loud"').runs;
  expect(run?.columnKind).toBe('utf16CodeUnits');
  for (const { ruleId, ruleIndex, level } of run?.results ?? []) {
    const rule = run?.tool.driver.rules[ruleIndex];
    expect(rule).toMatchObject({ id: ruleId, defaultConfiguration: { level } });
  }
  const places = run?.results.map(({ ruleId, locations: [place] }) => {
    const { artifactLocation, region } = place?.physicalLocation ?? {};
    return [ruleId, artifactLocation?.uri, region?.startLine, region?.startColumn, region?.endColumn];
  });
  expect(places).toEqual([
    ['skill-no-front-matter', '.codex/skills/a%20b/SKILL.md', 1, 1, 2],
    ['unknown-key', 'p%C3%A4d/.codex/config.toml', 2, 1, 4],
    ['unknown-value', 'p%C3%A4d/.codex/config.toml', 3, 19, 28],
  ]);
});

test('a finding keeps its fingerprint when lines above it come and go, and equal ones differ', () => {
  const prints = (config: string) =>
    sarif(config).runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints);
  const before = prints('nope = 1\n[a]\nx = 1\n');
  expect(prints('# more\n\nnope = 1\n[a]\nx = 1\n')).toEqual(before);
  expect(new Set(before?.map((each) => JSON.stringify(each))).size).toBe(before?.length);
});
