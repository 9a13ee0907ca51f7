import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { Recipe } from '#contract/connect.ts';
import { openAuthority } from '#server/http/local-authority.ts';
import { ciRecipes } from './ci-recipes.ts';
import { configurationProfile } from './configuration-profile.ts';
import { connectRecipes } from './connect-recipes.ts';
import { fleetRecipes } from './fleet-payloads.ts';
import type { JoinFacts } from './join-facts.ts';
import { requirementsFile, settingsFile } from './requirements-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'reeve-recipes-'));
let facts: JoinFacts = {
  origin: 'https://reeve.example:8443',
  workspaceId: 'ws_1',
  authorityPem: null,
  proxyAuthorityPem: null,
};
const withoutAuthority = facts;

beforeAll(async () => {
  const files = { folder, name: 'ca', title: 'Reeve test' };
  const authority = await openAuthority(files, {
    names: ['reeve.example'],
    now: new Date(),
    onReplaced: () => undefined,
  });
  facts = { ...facts, authorityPem: authority.certificatePem, proxyAuthorityPem: authority.certificatePem };
});
afterAll(() => rmSync(folder, { recursive: true }));

const required = {
  chatgpt_base_url: 'https://reeve.example:8443/backend-api/',
  allowed_login_methods: ['chatgpt'],
  allowed_chatgpt_workspaces: ['ws_1'],
};

const settings = {
  chatgpt_base_url: 'https://reeve.example:8443/backend-api/',
  openai_base_url: 'https://reeve.example:8443/backend-api/codex',
};

/** Reads the part of the XML property list format that profiles use; throws on anything else. */
function readPlist(xml: string): unknown {
  const body = /<plist version="1.0">([\s\S]*)<\/plist>/.exec(xml)?.[1] ?? '';
  const tokens = [...body.matchAll(/<(\/?)(\w+)(\/?)>([^<]*)/g)];
  const plainText = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
  let at = 0;
  const readValue = (): unknown => {
    const [, closing, name, empty, text = ''] = tokens[at++] ?? [];
    if (closing) throw new Error(`unexpected </${name}>`);
    if (empty) return name === 'true';
    if (name === 'dict' || name === 'array') {
      const items: unknown[] = [];
      while (tokens[at]?.[1] === '') items.push(readValue());
      if (tokens[at++]?.[2] !== name) throw new Error(`<${name}> is not closed`);
      if (name === 'array') return items;
      return Object.fromEntries(items.flatMap((key, i) => (i % 2 === 0 ? [[String(key), items[i + 1]]] : [])));
    }
    if (tokens[at++]?.[2] !== name) throw new Error(`<${name}> is not closed`);
    if (name === 'integer') return Number(text);
    if (name === 'data') return Buffer.from(text, 'base64');
    return plainText(text);
  };
  return readValue();
}

const Profile = z.object({
  PayloadType: z.literal('Configuration'),
  PayloadVersion: z.literal(1),
  PayloadUUID: z.string(),
  PayloadContent: z.array(z.looseObject({ PayloadType: z.string(), PayloadUUID: z.string() })),
});

describe('requirements', () => {
  test('hold exactly what a client takes from the machine only', () => {
    expect(parse(requirementsFile(facts))).toEqual(required);
  });
});

describe('the macOS profile', () => {
  const read = (from: JoinFacts) => Profile.parse(readPlist(configurationProfile(from)));

  test('carries the requirements for com.openai.codex and the authority', () => {
    const [preference, root] = read(facts).PayloadContent;
    expect(preference).toMatchObject({ PayloadType: 'com.openai.codex', PayloadVersion: 1 });
    expect(parse(Buffer.from(String(preference?.requirements_toml_base64), 'base64').toString())).toEqual(required);
    expect(parse(Buffer.from(String(preference?.config_toml_base64), 'base64').toString())).toEqual(settings);
    expect(root).toMatchObject({ PayloadType: 'com.apple.security.root', PayloadContent: expect.any(Buffer) });
    const der = z.instanceof(Buffer).parse(root?.PayloadContent);
    expect(facts.authorityPem?.replaceAll(/-----.*-----|\s/g, '')).toBe(der.toString('base64'));
  });

  test('keeps its identifiers, so that a new one replaces the old', () => {
    expect(configurationProfile(facts)).toBe(configurationProfile({ ...facts }));
    expect(read({ ...facts, workspaceId: 'ws_2' }).PayloadUUID).not.toBe(read(facts).PayloadUUID);
    expect(read(withoutAuthority).PayloadContent).toHaveLength(1);
  });
});

describe('recipes', () => {
  test('are what the contract says, each with its own id, with and without a local authority', () => {
    for (const given of [facts, withoutAuthority]) {
      const recipes = z.array(Recipe).parse(connectRecipes(given));
      expect(new Set(recipes.map(({ id }) => id)).size).toBe(recipes.length);
      expect(new Set(recipes.map(({ audience }) => audience))).toEqual(new Set(['person', 'ci', 'fleet', 'proxy']));
    }
  });

  test('skip certificate steps when the operator brought a certificate', () => {
    const text = JSON.stringify(connectRecipes(withoutAuthority));
    expect(text).not.toMatch(/CERTIFICATE-----|cacert|curl -fsSk|CODEX_CA_CERTIFICATE|"null"/);
  });

  test('for Linux and CI are POSIX shell; the workflow is YAML with the same script', () => {
    const [shell, workflow] = ciRecipes(facts);
    const script = shell?.steps[0]?.text ?? '';
    const job = parseYaml(workflow?.steps[0]?.text ?? '');
    expect(job.jobs.codex.steps.at(-1).run).toBe(script);
    const commands = connectRecipes(facts).filter(({ system }) => system === 'linux' || system === 'macos');
    for (const { steps } of commands)
      for (const { text, fileName } of steps) if (fileName === null) execFileSync('/bin/sh', ['-n'], { input: text });
    execFileSync('/bin/sh', ['-n'], { input: script });
  });

  test('on Linux tell clients before 0.163 the addresses in a file that wins over their own settings', () => {
    const [linux] = fleetRecipes(facts);
    const file = linux?.steps.find(({ fileName }) => fileName === 'managed_config.toml');
    expect(file?.label).toContain('/etc/codex/managed_config.toml');
    expect(parse(file?.text ?? '')).toEqual(settings);
    expect(JSON.stringify(connectRecipes(facts).find(({ id }) => id === 'person-windows'))).toContain(
      JSON.stringify(settingsFile(facts)).slice(1, -1),
    );
  });

  test('for fleets write the same three keys on every system', () => {
    for (const { steps, system } of fleetRecipes(facts)) {
      const all = steps.map(({ text }) => text).join('\n');
      const expected =
        system === 'macos' ? Buffer.from(requirementsFile(facts)).toString('base64') : requirementsFile(facts);
      expect(all).toContain(expected);
    }
  });
});
