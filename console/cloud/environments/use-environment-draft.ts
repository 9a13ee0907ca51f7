import { useSessionStorage } from '@mantine/hooks';
import type { Environment } from '#contract/environments.ts';
import { changedFields, draftOf, type Edit, type EnvironmentDraft } from './environment-draft.ts';

interface Kept {
  /** The revision that was on the page when the first change was made. */
  revision: number;
  edits: Partial<EnvironmentDraft>;
}

export interface WorkingEnvironment {
  draft: EnvironmentDraft;
  changed: (keyof EnvironmentDraft)[];
  /** The revision that the changes were made to. */
  revision: number;
  /** Somebody saved meanwhile. */
  isBehind: boolean;
  edit: Edit;
  discard: () => void;
  /** Keep what was written here over what somebody else saved. */
  keepMine: () => void;
}

/** What is written and not saved; the tab keeps it through reloads and an expired sign-in. */
export function useEnvironmentDraft(environment: Environment): WorkingEnvironment {
  const [kept, setKept, forget] = useSessionStorage<Kept | undefined>({
    key: `reeve-environment-${environment.id}`,
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const saved = draftOf(environment);
  const draft = { ...saved, ...kept?.edits };
  const changed = changedFields(draft, saved);
  const revision = kept?.revision ?? environment.revision;
  return {
    draft,
    changed,
    revision,
    isBehind: changed.length > 0 && revision !== environment.revision,
    edit: (change) =>
      setKept((old) => ({ revision: old?.revision ?? environment.revision, edits: { ...old?.edits, ...change } })),
    discard: forget,
    keepMine: () => setKept((old) => old && { ...old, revision: environment.revision }),
  };
}
