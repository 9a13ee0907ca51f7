/** Top-level keys of Reeve's own fragment; first wins, so a policy that sets them too changes nothing. */
export const reeveKeys = ['model_provider'] as const;

export const defaultProviderId = 'reeve';

/** Features that would call other origins or outlive a session, and why. */
export const reeveFeatures: Readonly<Record<string, { value: boolean; because: string }>> = {
  apps: { value: false, because: 'apps are served by the vendor and would leave this server' },
  plugins: { value: false, because: 'plugins are fetched from the vendor and would leave this server' },
  daemon_auto_start: {
    value: false,
    because: 'a background server would keep an old policy while members start new sessions',
  },
};
