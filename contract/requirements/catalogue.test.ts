import { expect, test } from 'vitest';
import {
  groupOf,
  keyAliases,
  localOnlyKeys,
  requirementGroups,
  requirementKeys,
  requirementsShape,
} from './catalogue.ts';
import { defaultKeys, defaultsGuidance, defaultsShape } from './default-keys.ts';
import type { Shape } from './shape.ts';
import { walkKeys, writeKey } from './walk-keys.ts';

const documents = { requirements: requirementsShape, defaults: defaultsShape };

test.each(Object.entries(documents))('every key of the %s says in a sentence what it does', (_, shape) => {
  const keys = [...walkKeys(shape)];
  expect(keys.length).toBeGreaterThan(150);
  const silent = keys.filter(({ shape: { description } }) => !/^[A-Z][^\n]+[.:]$/.test(description ?? ''));
  expect(silent.map(({ path }) => writeKey(path))).toEqual([]);
});

test('every requirement says what happens to a value of a member that does not fit', () => {
  const saysSo = ({ whenDisallowed, properties = {} }: Shape): boolean =>
    whenDisallowed !== undefined || Object.values(properties).some(saysSo);
  expect(Object.keys(requirementKeys).filter((key) => !saysSo(requirementKeys[key] ?? {}))).toEqual([]);
});

test('notes on values are about values that exist', () => {
  const strays = Object.values(documents).flatMap((document) =>
    [...walkKeys(document)].flatMap(({ path, shape }) =>
      [shape, ...(shape.anyOf ?? []), ...(shape.items ? [shape.items] : [])].flatMap(
        ({ enum: values = [], valueNotes = {}, valueSince = {} }) =>
          [...Object.keys(valueNotes), ...Object.keys(valueSince)]
            .filter((value) => !values.includes(value))
            .map((value) => `${writeKey(path)}: ${value}`),
      ),
    ),
  );
  expect(strays).toEqual([]);
});

test('every key is in one group, under its older name too', () => {
  const names = requirementGroups.flatMap(({ keys }) => Object.keys(keys));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(Object.keys(requirementKeys));
  expect(groupOf('features')).toBe('Features');
  expect(Object.keys(keyAliases).map(groupOf)).toEqual(['Features']);
  expect(groupOf('config_server')).toBeNull();
  expect(Object.keys(localOnlyKeys).filter((key) => key in requirementKeys)).toEqual([]);
});

test('guidance is about defaults that exist', () => {
  expect(Object.keys(defaultsGuidance).filter((key) => !Object.hasOwn(defaultKeys, key))).toEqual([]);
});

test('a key is as young as the table around it', () => {
  const keys = new Map([...walkKeys(requirementsShape)].map((key) => [writeKey(key.path), key.since]));
  expect(keys.get('rules.prefix_rules[].pattern[].any_of')).toBeNull();
  expect(keys.get('auto_review.ignore_rules')).toEqual({ version: '0.163.0', older: 'ignore' });
  expect(keys.get('hooks.PreModelRequest[].hooks[].command')).toEqual({ version: '0.169.0', older: 'ignore' });
  expect(keys.get('permissions.network.header_injections')).toEqual({ version: '0.169.0', older: 'refuse' });
});
