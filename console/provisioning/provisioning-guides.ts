export const directoryIds = ['okta', 'entra', 'other'] as const;
export type DirectoryId = (typeof directoryIds)[number];

interface ProvisioningStep {
  text: string;
  /** The address of our SCIM server is pasted here. */
  hasBaseUrl?: boolean;
}

interface ProvisioningGuide {
  name: string;
  steps: ProvisioningStep[];
  caution: string | null;
}

/** What an administrator does at the identity provider. Backticks mark what stands on its pages. */
export const provisioningGuides: Record<DirectoryId, ProvisioningGuide> = {
  okta: {
    name: 'Okta',
    caution:
      'Okta offers SCIM only for SAML and SWA integrations made by hand. With an OpenID Connect connection, make a second integration for SCIM and assign the same people.',
    steps: [
      { text: 'Make a token on this page and copy it.' },
      { text: 'In the Okta Admin Console open the integration, `General`, `Edit`, and set `Provisioning` to `SCIM`.' },
      {
        text: 'Under `Provisioning`, `Integration`, enter the unique identifier field `userName` and as SCIM connector base URL:',
        hasBaseUrl: true,
      },
      {
        text: 'Tick `Push New Users`, `Push Profile Updates` and `Push Groups`. Set the authentication mode to `HTTP Header` and paste the token as bearer. `Test Connector Configuration`, then save.',
      },
      { text: 'Under `To App` turn on `Create Users`, `Update User Attributes` and `Deactivate Users`.' },
      { text: 'Under `Assignments` choose the people, under `Push Groups` the groups that should exist here.' },
    ],
  },
  entra: {
    name: 'Microsoft Entra ID',
    caution:
      'Entra ID works through its list about every 40 minutes. Use `Provision on demand` to see one person at once.',
    steps: [
      { text: 'Make a token on this page and copy it.' },
      {
        text: 'In the Entra admin center open `Enterprise applications`, your application for Reeve (or `Create your own application`, non-gallery), then `Provisioning`.',
      },
      { text: 'Set the mode to `Automatic`. Tenant URL:', hasBaseUrl: true },
      { text: 'Paste the token as `Secret Token`. `Test Connection`, then save.' },
      {
        text: 'In the mappings map `objectId` to `externalId`, and check that `userName` and the work e-mail hold the address people sign in with.',
      },
      { text: 'Assign people and groups under `Users and groups`, then `Start provisioning`.' },
    ],
  },
  other: {
    name: 'Another provider',
    caution: null,
    steps: [
      { text: 'Make a token on this page and copy it.' },
      {
        text: 'Choose SCIM 2.0 with a bearer token (`Authorization: Bearer …`). The base address is:',
        hasBaseUrl: true,
      },
      {
        text: 'Send users with `userName`, `name` or `displayName`, the work e-mail, `externalId` and `active`; groups with `displayName` and `members`.',
      },
      {
        text: 'What the server can do stands at `/ServiceProviderConfig`, `/Schemas` and `/ResourceTypes` under that address.',
      },
    ],
  },
};
