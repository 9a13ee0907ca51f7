import { type RawBuilder, sql } from 'kysely';
import { compareSql, type Field } from './compare-sql.ts';
import type { Filter } from './parse-filter.ts';
import { refusal } from './refuse.ts';
import { type Attribute, type AttributePlace, findAttribute, findByName, type ResourceKind } from './schemas.ts';

/** The elements of a multi-valued attribute: what stands after `from`, and one of their fields. */
export interface Elements {
  from: RawBuilder<unknown>;
  field: (sub: string) => RawBuilder<unknown>;
}

/** What of a resource has columns; everything else is read from the JSON. */
export interface Searchable {
  kind: ResourceKind;
  /** By path in lower case, for example `meta.created`. */
  columns: Readonly<Record<string, RawBuilder<unknown>>>;
  /** By the attribute's name in lower case. */
  elements: Readonly<Record<string, Elements>>;
  /** Null where nothing but the columns is kept. */
  json: RawBuilder<unknown> | null;
}

/** Where the names of a filter lead: the resource itself, or within `[…]` one element. */
type Scope = (path: string, test: (field: Field) => RawBuilder<boolean>, inner: Filter | null) => RawBuilder<boolean>;

const fieldKind = ({ type }: Attribute): Field['kind'] =>
  type === 'boolean' ? 'boolean' : type === 'dateTime' ? 'time' : 'text';

const asField = (attribute: Attribute, name: string, value: RawBuilder<unknown>): Field => ({
  name,
  kind: fieldKind(attribute),
  isCaseExact: attribute.config.caseExact === true,
  value,
});

const unknown = (path: string) => refusal('invalidFilter', `There is no attribute “${path}” to filter or sort by.`);

function jsonOf({ json }: Searchable, { extension }: AttributePlace, path: string): RawBuilder<unknown> {
  if (!json) throw unknown(path);
  return extension === null ? json : sql`(${json} -> ${sql.lit(extension)})`;
}

function elementsOf(searchable: Searchable, place: AttributePlace, path: string): Elements {
  const own = searchable.elements[place.attribute.name.toLowerCase()];
  if (own) return own;
  const list = sql`coalesce(${jsonOf(searchable, place, path)} -> ${sql.lit(place.attribute.name)}, '[]'::jsonb)`;
  return { from: sql`jsonb_array_elements(${list}) as e(item)`, field: (sub) => sql`(e.item ->> ${sql.lit(sub)})` };
}

/** A value that is there once: in a column, or in the JSON. */
function singleValue(searchable: Searchable, place: AttributePlace, path: string): Field {
  const { attribute, sub } = place;
  const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
  const column = place.extension === null ? searchable.columns[name.toLowerCase()] : undefined;
  if (column) return asField(sub ?? attribute, name, column);
  if (attribute.name === 'meta' || attribute.name === 'schemas' || attribute.name === 'password') throw unknown(path);
  const holder = jsonOf(searchable, place, path);
  if (sub) {
    const value = sql`(${holder} -> ${sql.lit(attribute.name)} ->> ${sql.lit(sub.name)})`;
    return asField(sub, name, value);
  }
  return asField(attribute, name, sql`(${holder} ->> ${sql.lit(attribute.name)})`);
}

function elementScope(attribute: Attribute, field: Elements['field']): Scope {
  return (path, test, inner) => {
    const sub = findByName(attribute.subAttributes, path);
    if (!sub || inner) throw unknown(`${attribute.name}[${path}]`);
    return test(asField(sub, `${attribute.name}.${sub.name}`, field(sub.name)));
  };
}

const rootScope =
  (searchable: Searchable): Scope =>
  (path, test, inner) => {
    const place = findAttribute(searchable.kind, path);
    if (!place) throw unknown(path);
    const { attribute, sub } = place;
    if (!attribute.config.multiValued) {
      if (!inner) return test(singleValue(searchable, place, path));
      const field = (name: string) => singleValue(searchable, { ...place, sub: subOf(attribute, name) }, path).value;
      return filterIn(inner, elementScope(attribute, field));
    }
    const { from, field } = elementsOf(searchable, place, path);
    const condition = inner
      ? filterIn(inner, elementScope(attribute, field))
      : test(asField(sub ?? subOf(attribute, 'value'), path, field(sub?.name ?? 'value')));
    return sql`exists (select 1 from ${from} where ${condition})`;
  };

function subOf(attribute: Attribute, name: string): Attribute {
  const sub = findByName(attribute.subAttributes, name);
  if (!sub) throw unknown(`${attribute.name}.${name}`);
  return sub;
}

function filterIn(filter: Filter, scope: Scope): RawBuilder<boolean> {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map((part) => filterIn(part, scope));
      return sql`(${sql.join(parts, filter.op === 'and' ? sql` and ` : sql` or `)})`;
    }
    case 'not':
      // Only here null has to be told from false: anywhere else `coalesce` would keep the indexes from being used.
      return sql`(not coalesce(${filterIn(filter.filter, scope)}, false))`;
    case '[]':
      return scope(filter.attrPath, () => sql`false`, filter.valFilter);
    case 'pr':
      return scope(filter.attrPath, ({ value }) => sql`(${value} is not null)`, null);
    default: {
      const comparison = filter;
      return scope(filter.attrPath, (field) => compareSql(field, comparison), null);
    }
  }
}

/**
 * The filter of a request as a condition with parameters.
 * @throws ReeveError bad-input (invalidFilter) for what cannot be asked of the database
 */
export const filterSql = (filter: Filter, searchable: Searchable): RawBuilder<boolean> =>
  filterIn(filter, rootScope(searchable));

/** The filter of a path (`members[…]`) as a condition on one element. */
export const elementSql = (filter: Filter, attribute: Attribute, field: Elements['field']): RawBuilder<boolean> =>
  filterIn(filter, elementScope(attribute, field));

/** What `sortBy` sorts by; of several values the primary one (RFC 7644 §3.4.2.3). */
export function sortSql(path: string, searchable: Searchable): RawBuilder<unknown> {
  const place = findAttribute(searchable.kind, path);
  if (!place) throw unknown(path);
  const { attribute, sub } = place;
  if (attribute.config.multiValued) {
    const { from, field } = elementsOf(searchable, place, path);
    const isPrimary = findByName(attribute.subAttributes, 'primary') ? field('primary') : sql`'false'`;
    const value = field((sub ?? subOf(attribute, 'value')).name);
    return sql`(select lower(${value}) from ${from} order by coalesce(${isPrimary}, 'false') = 'true' desc limit 1)`;
  }
  const { kind, isCaseExact, value } = singleValue(searchable, place, path);
  if (kind !== 'text') return value;
  return isCaseExact ? sql`${value} collate "C"` : sql`lower(${value}) collate "C"`;
}
