import { useSessionStorage } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import type { BundleFile } from '#contract/team-config-files.ts';
import type { BundleDetails } from './bundle-details.ts';
import { isSameFiles } from './working-files.ts';

/** What is being written and not yet saved: it outlives reloads and an expired sign-in. */
interface KeptFiles {
  files: BundleFile[];
  /** What was edited; another state of the server means that somebody saved or published meanwhile. */
  draftVersion: number | null;
  newest: number | null;
}

export interface WorkingBundle {
  files: BundleFile[];
  change: (edit: (files: BundleFile[]) => BundleFile[]) => void;
  /** Something is written that is not saved. */
  isChanged: boolean;
  /** Somebody else saved or published since this was begun. */
  isBehind: boolean;
  isSaving: boolean;
  error: Error | null;
  /** Saves what is changed, if anything is. */
  save: () => Promise<void>;
  /** Takes what the server has. */
  takeTheirs: () => void;
  /** Goes on with what is written here; saving it replaces theirs. */
  keepMine: () => void;
}

/** As the server has it: what is left out has its default. */
const asSaved = ({ path, content, encoding = 'utf8', executable = false }: z.input<typeof BundleFile>): BundleFile => ({
  path,
  content,
  encoding,
  executable,
});

const savedFiles = ({ bundle, draft, files }: BundleDetails): KeptFiles => ({
  files: draft ?? files,
  draftVersion: bundle.draftVersion,
  newest: bundle.newest?.number ?? null,
});

export function useBundleDraft(details: BundleDetails): WorkingBundle {
  const { id } = details.bundle;
  const queries = useQueryClient();
  const saved = savedFiles(details);
  const [kept, setKept, forget] = useSessionStorage<KeptFiles | undefined>({
    key: `reeve-bundle-draft-${id}`,
    defaultValue: undefined,
    getInitialValueInEffect: false,
  });
  const working = kept ?? saved;
  const isChanged = kept !== undefined && !isSameFiles(kept.files, saved.files);
  const get = { input: { id } };
  const saveDraft = useMutation(
    api.teamConfig.saveDraft.mutationOptions({
      onSuccess: ({ bundle }, { files }) => {
        const sent = files.map(asSaved);
        queries.setQueryData(api.teamConfig.get.queryKey(get), (old) => old && { ...old, bundle, draft: sent });
        // What was typed while it was being saved is kept, on top of what is saved now.
        setKept((now) =>
          now && !isSameFiles(now.files, sent) ? { ...now, draftVersion: bundle.draftVersion } : undefined,
        );
      },
      // Somebody else was quicker: the page shows at once who, and asks whose changes count.
      onError: () => queries.invalidateQueries({ queryKey: api.teamConfig.get.key(get) }),
    }),
  );
  return {
    files: working.files,
    change: (edit) =>
      setKept((before) => {
        const from = before ?? saved;
        return { ...from, files: edit(from.files) };
      }),
    isChanged,
    isBehind: isChanged && (kept.draftVersion !== saved.draftVersion || kept.newest !== saved.newest),
    isSaving: saveDraft.isPending,
    error: saveDraft.error,
    save: async () => {
      if (isChanged) await saveDraft.mutateAsync({ id, expectedDraft: kept.draftVersion, files: kept.files });
    },
    takeTheirs: () => {
      saveDraft.reset();
      forget();
    },
    keepMine: () => setKept({ ...working, draftVersion: saved.draftVersion, newest: saved.newest }),
  };
}
