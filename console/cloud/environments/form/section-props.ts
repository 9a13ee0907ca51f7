import type { z } from 'zod';
import type { EnvironmentRepository } from '#contract/environments.ts';
import type { Edit, EnvironmentDraft, Problems } from '../environment-draft.ts';
import type { EnvironmentOptions } from '../use-environment-options.ts';

/** What every part of the form gets. */
export interface SectionProps {
  draft: EnvironmentDraft;
  edit: Edit;
  /** Empty until somebody tried to save. */
  problems: Problems;
  isReadOnly: boolean;
  options: EnvironmentOptions;
  /** Of the environment as it is saved: they may not be offered any more. */
  repositories: z.infer<typeof EnvironmentRepository>[];
}
