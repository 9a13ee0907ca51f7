import type { AccessToken } from '#contract/identity.ts';

export const tokenKinds: Record<AccessToken['kind'], { name: string; sentence: string }> = {
  'personal-access-token': {
    name: 'Personal access token',
    sentence: 'Signs the stock Codex client in without a browser, for example in CI. Your policy applies.',
  },
  'api-key': {
    name: 'API key',
    sentence:
      'For programs that call the gateway directly. Carries no policy; works only where the workspace allows API keys.',
  },
};
