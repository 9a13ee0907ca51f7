import { createContext, useContext } from 'react';
import type { Diagnostic } from '#contract/policies.ts';
import type { Shape } from '#contract/requirements/shape.ts';
import type { Edit, JsonValue } from './json-value.ts';

export interface DocumentForm {
  edit: (...edits: Edit[]) => void;
  isReadOnly: boolean;
  diagnostics: Diagnostic[];
  /** What it means that a key is not set. */
  unset: string;
  /** Why a key is out of place in this document. */
  guidance: Readonly<Record<string, { because: string }>>;
}

const Context = createContext<DocumentForm | null>(null);
export const DocumentFormProvider = Context.Provider;

export function useDocumentForm(): DocumentForm {
  const form = useContext(Context);
  if (!form) throw new Error('A field stands outside the form of a document.');
  return form;
}

export interface FieldProps {
  path: string[];
  /** Names the field for screen readers: the key as it is written. */
  label: string;
  shape: Shape;
  value: JsonValue | undefined;
}
