import { parseFilter } from './parse-filter.ts';
import { refusal } from './refuse.ts';
import { type AttributePlace, findAttribute, type ResourceKind } from './schemas.ts';

/** `emails[type eq "work"].value`: which attribute, which of its elements, which part of them. */
export interface PatchPath extends AttributePlace {
  filter: string | null;
}

/** Entra ID writes `roles[primary eq "True"]`. */
const textBoolean = /\b(primary eq) "(true|false)"/gi;

/** @throws ReeveError bad-input (invalidPath) */
export function readPath(kind: ResourceKind, text: string): PatchPath {
  const bracket = /^([^[\]]+)\[(.+)\](?:\.([\w$-]+))?$/s.exec(text);
  const [, head = text, filter = null, sub] = bracket ?? [];
  const place = findAttribute(kind, sub === undefined ? head : `${head}.${sub}`);
  if (!place) throw refusal('invalidPath', `There is no attribute “${text}” in a ${kind}.`);
  if (filter !== null) {
    if (!place.attribute.config.multiValued)
      throw refusal('invalidPath', `“${place.attribute.name}” has one value: “${text}” cannot choose among several.`);
    parseFilter(filter);
  }
  return {
    ...place,
    filter: filter?.replace(textBoolean, (_, name: string, value: string) => `${name} ${value.toLowerCase()}`) ?? null,
  };
}

/** The path as scim-patch reads it: the schema's spelling, the extension's URN in front. */
export function writePath({ extension, attribute, filter, sub }: PatchPath): string {
  const chosen = filter === null ? attribute.name : `${attribute.name}[${filter}]`;
  return `${extension === null ? '' : `${extension}:`}${chosen}${sub ? `.${sub.name}` : ''}`;
}
