import type { SecondFactorAudience } from '#contract/second-factor.ts';

export const audiences: Record<SecondFactorAudience, { label: string; sentence: string }> = {
  off: { label: 'Nobody', sentence: 'Everybody may set one up; nobody has to.' },
  admins: {
    label: 'Admins only',
    sentence: 'Whoever may do more than use Codex: owners, admins, Codex admins, custom roles beyond Codex user.',
  },
  everyone: { label: 'Everyone', sentence: 'Every member, in the console and when signing a Codex client in.' },
};
