import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Diagnostic } from '#contract/policies.ts';
import { requirementsShape } from '#contract/requirements/catalogue.ts';
import { type Shape, shapeAnnotations } from '#contract/requirements/shape.ts';
import { closestName } from './closest-name.ts';
import { nodeAt, type Span, type TomlNode } from './read-toml.ts';
import { type Report, writePath } from './report.ts';

const ajv = new Ajv({ allErrors: true, verbose: true, strictTypes: false, strictRequired: false });
ajv.addVocabulary([...shapeAnnotations]);

const compiled = new WeakMap<Shape, ValidateFunction>();

function validatorOf(shape: Shape): ValidateFunction {
  const ready = compiled.get(shape);
  if (ready) return ready;
  const made = ajv.compile(shape);
  compiled.set(shape, made);
  return made;
}

export const accepts = (shape: Shape, value: unknown): boolean => validatorOf(shape)(value);

/** Takes a third of a second: for a server once it has started, so that it is not the first who types that waits. */
export const prepareShapes = (): void => void validatorOf(requirementsShape);

const typeWords: Record<string, string> = {
  string: 'text in quotes',
  boolean: 'true or false',
  integer: 'a whole number',
  array: 'a list [ … ]',
  object: 'a table',
};

const documentRefuses = 'A client that gets this document refuses to start.';

const pathOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

const shapeOf = (error: ErrorObject): Shape => (error.parentSchema ?? {}) as Shape;

function enumOf(shape: Shape): readonly string[] {
  return shape.enum ?? (shape.anyOf ?? []).flatMap((branch) => branch.enum ?? []);
}

/** A fix that writes the nearest accepted value over the one in the document. */
function fixValue(shape: Shape, node: TomlNode, document: string): Diagnostic['fix'] {
  if (typeof node.value !== 'string' || node.range === null) return null;
  const near = closestName(node.value, enumOf(shape));
  if (near === null) return null;
  const contents = document.slice(0, node.range[0]) + JSON.stringify(near) + document.slice(node.range[1]);
  return { label: `Write "${near}"`, contents };
}

interface Complaint {
  code: string;
  at: TomlNode | Span;
  path: readonly string[];
  message: string;
}

function complain(error: ErrorObject, node: TomlNode, path: string[], name: string, refuses: string): Complaint | null {
  const shape = shapeOf(error);
  const here = { at: node, path };
  switch (error.keyword) {
    case 'type':
      return {
        ...here,
        code: 'wrong-type',
        message: `\`${name}\` must be ${typeWords[String(shape.type)]}, not ${node.found}. ${refuses}`,
      };
    case 'enum':
      return {
        ...here,
        code: 'unknown-value',
        message: `\`${name}\` cannot be ${node.found}. Use ${enumOf(shape)
          .map((value) => `"${value}"`)
          .join(', ')}. ${refuses}`,
      };
    case 'anyOf':
    case 'not':
    case 'pattern':
    case 'minProperties':
      return {
        ...here,
        code: 'malformed',
        message: `\`${name}\` must be ${shape.expected}; here it is ${node.found}. ${refuses}`,
      };
    case 'minItems':
      return {
        ...here,
        code: 'empty-list',
        message: `\`${name}\` must not be empty: name at least one entry or leave the key out. ${refuses}`,
      };
    case 'minimum':
    case 'maximum':
      return {
        ...here,
        code: 'out-of-range',
        message: `\`${name}\` must be ${error.keyword === 'minimum' ? 'at least' : 'at most'} ${error.params.limit}, not ${node.found}. ${refuses}`,
      };
    case 'required':
      return {
        code: 'missing-key',
        at: node.key,
        path,
        message: `\`${name}\` needs the key \`${error.params.missingProperty}\`. ${refuses}`,
      };
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty);
      const near = closestName(key, Object.keys(shape.properties ?? {}));
      const known = Object.keys(shape.properties ?? {}).join(', ');
      return {
        code: 'unknown-key-refused',
        at: node.children.get(key)?.key ?? node.key,
        path: [...path, key],
        message: `\`${name}\` has no key \`${key}\`${near ? `; did you mean \`${near}\`?` : `. It knows ${known}.`} ${refuses}`,
      };
    }
    default:
      return null;
  }
}

/**
 * Reports everything about types, values and required keys that makes the stock client refuse the document.
 * @param refuses a sentence for what the client does then
 */
export function checkShape(
  root: TomlNode,
  document: string,
  report: Report,
  shape: Shape = requirementsShape,
  refuses: string = documentRefuses,
): void {
  const validate = validatorOf(shape);
  if (validate(root.value)) return;
  for (const error of validate.errors ?? []) {
    // The alternatives of a union complain one by one; the union itself says it once.
    if (/\/(anyOf|not)\//.test(error.schemaPath)) continue;
    const path = pathOf(error.instancePath);
    const node = nodeAt(root, path);
    const complaint = node && complain(error, node, path, writePath(path, root), refuses);
    if (!complaint) continue;
    const isValue = error.keyword === 'enum' || error.keyword === 'anyOf';
    report({ severity: 'error', ...complaint, fix: isValue ? fixValue(shapeOf(error), node, document) : null });
  }
}
