import { requirementGroups, requirementsShape } from '#contract/requirements/catalogue.ts';
import {
  type DefaultsGuidance,
  defaultGroups,
  defaultsGuidance,
  defaultsShape,
} from '#contract/requirements/default-keys.ts';

export type DocumentPart = 'contents' | 'defaults';

/** The two documents of a policy, and what the console knows of each. */
export const documentKinds = {
  contents: {
    fileName: 'requirements.toml',
    explanation:
      'Enforced: clients refuse what is not allowed here, and members cannot change it. What is not set is left to them.',
    unset: 'Not set: members choose.',
    guidance: {} as Readonly<Record<string, DefaultsGuidance>>,
    groups: requirementGroups,
    shape: requirementsShape,
  },
  defaults: {
    fileName: 'config.toml defaults',
    explanation: 'Where clients start. Members can change everything in it: for what must hold, set it under Document.',
    unset: 'Not set: what the client comes with.',
    guidance: defaultsGuidance,
    groups: defaultGroups,
    shape: defaultsShape,
  },
} as const;
