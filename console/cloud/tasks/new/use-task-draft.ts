import { useSessionStorage } from '@mantine/hooks';

export interface TaskDraft {
  prompt: string;
  environmentId: string | null;
  repositoryId: string | null;
  branch: string;
  mode: 'ask' | 'code';
  attempts: number;
}

const blank: TaskDraft = {
  prompt: '',
  environmentId: null,
  repositoryId: null,
  branch: '',
  mode: 'code',
  attempts: 1,
};

/** What is typed, kept through errors, reloads and an expired sign-in until it is sent. */
export function useTaskDraft() {
  const [draft, setDraft, forget] = useSessionStorage<TaskDraft>({
    key: 'reeve-new-task',
    defaultValue: blank,
    getInitialValueInEffect: false,
  });
  return { draft, edit: (part: Partial<TaskDraft>) => setDraft((old) => ({ ...old, ...part })), forget };
}
