import { useSessionStorage } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import type { Policy, PolicyDocument } from '#contract/policies.ts';
import { changesOf, isBehind, isSameDocument, type KeptDraft, savedDraft } from './draft-state.ts';

export interface WorkingDraft {
  document: PolicyDocument;
  change: (parts: Partial<PolicyDocument>) => void;
  /** Something is written that is not saved. */
  isChanged: boolean;
  /** Somebody else saved or published since this was begun. */
  isBehind: boolean;
  isSaving: boolean;
  error: Error | null;
  save: () => Promise<Policy>;
  /** Takes what the server has. */
  takeTheirs: () => void;
  /** Goes on with what is written here; saving it replaces theirs. */
  keepMine: () => void;
}

export function usePolicyDraft(policy: Policy): WorkingDraft {
  const queries = useQueryClient();
  const saved = savedDraft(policy);
  const [kept, setKept, forget] = useSessionStorage<KeptDraft | undefined>({
    key: `reeve-policy-draft-${policy.id}`,
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const working = kept ?? saved;
  const isChanged = !isSameDocument(working.document, saved.document);
  const saveDraft = useMutation(
    api.policies.saveDraft.mutationOptions({
      onSuccess: (answer) => {
        queries.setQueryData(api.policies.get.queryKey({ input: { id: policy.id } }), answer);
        forget();
      },
      // Somebody else was quicker: the page shows at once who, and asks whose changes count.
      onError: () => queries.invalidateQueries({ queryKey: api.policies.get.key({ input: { id: policy.id } }) }),
    }),
  );
  return {
    document: working.document,
    change: (parts) =>
      setKept((before) => {
        const from = before ?? saved;
        return { ...from, document: { ...from.document, ...parts } };
      }),
    isChanged,
    isBehind: isChanged && isBehind(working, saved),
    isSaving: saveDraft.isPending,
    error: saveDraft.error,
    save: async () =>
      isChanged
        ? await saveDraft.mutateAsync({
            id: policy.id,
            expectedDraft: working.draftVersion,
            ...changesOf(saved.document, working.document),
          })
        : policy,
    takeTheirs: () => {
      saveDraft.reset();
      forget();
    },
    keepMine: () => setKept({ ...working, draftVersion: saved.draftVersion, revision: saved.revision }),
  };
}
