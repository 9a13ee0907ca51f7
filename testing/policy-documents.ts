import fc from 'fast-check';
import { requirementKeys } from '#contract/requirements/catalogue.ts';
import { featureNames } from '#contract/requirements/features.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import { printToml } from '#server/policies/fit-document.ts';

/** Another seed makes other documents; this one is checked in so that a failure can be seen again. */
const seed = 20_261_126;

const words = [
  'x',
  'corp',
  'a b',
  '/etc/x',
  '~/.ssh',
  '**/.env',
  'a.example',
  '*.example.com',
  'https://a.example/b',
  ':workspace',
  '^x.*$',
  'é"\\',
  '',
];
const names = ['corp', 'a.example', '/srv/x', '~/x', 'https://a.example', 'a b', ':root', ':read-only', ':workspace'];

const textOf = ({ pattern }: Shape): fc.Arbitrary<unknown> => {
  const fitting = pattern === undefined ? words : words.filter((word) => new RegExp(pattern).test(word));
  return fc.constantFrom(...fitting);
};

function tableOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  const own = Object.entries(shape.properties ?? {}).map(([key, below]) => {
    const isRequired = shape.required?.includes(key) ?? false;
    const entry = fc.tuple(fc.nat(9), arbitraryOf(below, depth + 1));
    return entry.map(([chance, value]) => [key, isRequired || chance < 4 ? value : undefined] as const);
  });
  const free =
    typeof shape.additionalProperties === 'object' ? arbitraryOf(shape.additionalProperties, depth + 1) : null;
  const entries = free ? fc.array(fc.tuple(fc.constantFrom(...names), free), { maxLength: 2 }) : fc.constant([]);
  return fc
    .tuple(fc.tuple(...own), entries)
    .map(([known, others]) => Object.fromEntries([...others, ...known].filter(([, value]) => value !== undefined)));
}

function arbitraryOf(shape: Shape, depth: number): fc.Arbitrary<unknown> {
  if (shape.anyOf) return fc.oneof({ depthSize: 'max' }, ...shape.anyOf.map((branch) => arbitraryOf(branch, depth)));
  if (shape.enum) return fc.constantFrom(...shape.enum);
  if (shape.type === 'boolean') return fc.boolean();
  if (shape.type === 'integer')
    return fc.integer({ min: shape.minimum ?? -5, max: Math.min(shape.maximum ?? 100_000, 100_000) });
  if (shape.type === 'string') return textOf(shape);
  if (shape.type === 'array') {
    return fc.array(arbitraryOf(shape.items ?? {}, depth + 1), { minLength: shape.minItems ?? 0, maxLength: 3 });
  }
  if (shape.type === 'object' && depth < 9) return tableOf(shape, depth);
  return fc.constant({});
}

/** Values that one key cannot tell: what is listed elsewhere, or known to the client by name. */
const special: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  features: fc.dictionary(fc.constantFrom(...featureNames, 'no_such_feature'), fc.boolean(), { maxKeys: 3 }),
  allowed_sandbox_modes: fc
    .subarray(['workspace-write', 'danger-full-access', 'external-sandbox'])
    .map((modes) => ['read-only', ...modes]),
  allowed_permission_profiles: fc.record({
    ':read-only': fc.boolean(),
    ':workspace': fc.boolean(),
    ':danger-full-access': fc.boolean(),
  }),
  default_permissions: fc.constantFrom(':read-only', ':workspace', ':danger-full-access'),
  // Entries count on machines with a name that fits, and where nobody runs tests nothing can be shown.
  remote_sandbox_config: fc.array(
    fc.record({
      hostname_patterns: fc.constant(['*']),
      allowed_sandbox_modes: fc
        .subarray(['workspace-write', 'danger-full-access'])
        .map((modes) => ['read-only', ...modes]),
    }),
    { maxLength: 1 },
  ),
  model_provider: fc.constantFrom('openai', 'corp', 'ollama'),
};

function documentOf(keys: readonly string[]): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(
    Object.fromEntries(keys.map((key) => [key, special[key] ?? arbitraryOf(requirementKeys[key] ?? {}, 0)])),
  );
}

/** Clients refuse to start without the file this names, which the editor says. */
const namesFile = 'model_catalog_json';

const anyKeys = fc.subarray(
  Object.keys(requirementKeys).filter((key) => key !== namesFile),
  { minLength: 1, maxLength: 7 },
);
const anyDocument = anyKeys.chain(documentOf);

/** Values one step away from what a key takes. */
const nearMisses = fc.constantFrom<readonly unknown[]>([], [''], ['read-only '], [3], ['allow']);
const nearMiss: fc.Arbitrary<unknown> = fc.oneof(
  nearMisses,
  fc.constantFrom<unknown>(3, -1, true, '', ' ', 'allow', 'x', {}),
);

/** Replaces or removes what stands at a place chosen by a number; lists and tables are walked into. */
function spoil(value: unknown, turn: number, replacement: unknown): unknown {
  if (value === null || typeof value !== 'object') return replacement;
  const keys = Object.keys(value);
  const key = keys[turn % Math.max(keys.length, 1)];
  if (key === undefined || turn % 5 === 4) return replacement;
  const rest = Math.floor(turn / Math.max(keys.length, 1));
  if (Array.isArray(value))
    return value.map((item, index) => (String(index) === key ? spoil(item, rest, replacement) : item));
  const { [key]: inner, ...others }: Record<string, unknown> = { ...value };
  return turn % 7 === 6 ? others : { ...others, [key]: spoil(inner, rest, replacement) };
}

const spoiledDocument = fc.tuple(anyDocument, fc.nat(100_000), nearMiss).map(([values, turn, replacement]) => {
  const keys = Object.keys(values);
  const key = keys[turn % keys.length] ?? '';
  return { ...values, [key]: spoil(values[key], Math.floor(turn / keys.length), replacement) };
});

/** The first distinct ones that are wanted, in batches until there are enough. */
function take(
  arbitrary: fc.Arbitrary<Record<string, unknown>>,
  wanted: number,
  isWanted: (document: string) => boolean,
): string[] {
  const found = new Set<string>();
  for (let batch = 0; batch < 20; batch += 1) {
    for (const values of fc.sample(arbitrary, { seed: seed + batch, numRuns: wanted })) {
      const document = printToml(values);
      if (document.trim() !== '' && isWanted(document)) found.add(document);
      if (found.size === wanted) return [...found];
    }
  }
  throw new Error(`only ${found.size} of ${wanted} documents`);
}

/** The same documents every time, built from the catalogue, as TOML. */
export const generatedDocuments = (wanted: number, isWanted: (document: string) => boolean): string[] =>
  take(anyDocument, wanted, isWanted);

/** The same with one value wrong. */
export const spoiledDocuments = (wanted: number, isWanted: (document: string) => boolean): string[] =>
  take(spoiledDocument, wanted, isWanted);
