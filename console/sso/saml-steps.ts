import type { GuideStep, ProviderId } from './provider-guides.ts';

/** What an administrator does at the identity provider for SAML 2.0. Backticks mark what stands on its pages. */
export const samlSteps: Record<ProviderId, GuideStep[]> = {
  okta: [
    { text: 'In the Okta Admin Console open `Applications`, `Create App Integration`, and choose `SAML 2.0`.' },
    { text: 'Single sign-on URL, used for recipient and destination too:', copy: ['assertionConsumerUrl'] },
    { text: 'Audience URI (SP Entity ID):', copy: ['entityId'] },
    { text: 'Set the name ID format to `Persistent` and the application username to `Email`.' },
    {
      text: 'Attribute statements: `email` from `user.email`, `name` from `user.displayName`. Group attribute statements: `groups`, `Matches regex`, `.*` (or a narrower rule).',
    },
    {
      text: 'Under `Assignments` choose who may use Reeve. Under `Sign On` copy the metadata URL into the form below.',
    },
  ],
  entra: [
    {
      text: 'In the Entra admin center open `Enterprise applications`, `New application`, `Create your own application` (non-gallery).',
    },
    { text: 'Open `Single sign-on`, `SAML`. Identifier (Entity ID):', copy: ['entityId'] },
    { text: 'Reply URL (Assertion Consumer Service URL):', copy: ['assertionConsumerUrl'] },
    {
      text: 'Under `Attributes & Claims` add a claim with the name `displayname`, the namespace `http://schemas.microsoft.com/identity/claims` and the source `user.displayname`.',
    },
    { text: 'For groups: in the same place `Add a group claim`, `Groups assigned to the application`.' },
    { text: 'Assign people under `Users and groups`. Copy the `App Federation Metadata Url` into the form below.' },
  ],
  google: [
    { text: 'In the Google Admin console open `Apps`, `Web and mobile apps`, `Add app`, `Add custom SAML app`.' },
    { text: 'Download the metadata file; it goes into the form below.' },
    { text: 'ACS URL:', copy: ['assertionConsumerUrl'] },
    { text: 'Entity ID:', copy: ['entityId'] },
    {
      text: 'Set the name ID format to `EMAIL` and the name ID to the primary email. Map `Primary email` to `email`, and `First name` or a custom attribute to `name`.',
    },
    {
      text: 'For groups: under `Group membership` choose the groups and the app attribute `groups`. Then turn the app on under `User access`.',
    },
  ],
  keycloak: [
    {
      text: 'In the admin console open your realm, `Clients`, then `Create client` of the type `SAML`. Its client ID is:',
      copy: ['entityId'],
    },
    { text: 'As valid redirect URI and as master SAML processing URL enter:', copy: ['assertionConsumerUrl'] },
    {
      text: 'Under `Keys` import our certificate from the metadata, or turn the client signature off there and below.',
      copy: ['metadataUrl'],
    },
    {
      text: 'Under `Client scopes` add the mappers `User Property` for `email` and `name`, and `Group list` named `groups` with a single attribute and without the full path.',
    },
    { text: 'The metadata address is in the example of the form below.' },
  ],
  other: [
    { text: 'Give your identity provider our metadata, which holds everything it needs:', copy: ['metadataUrl'] },
    {
      text: 'Or enter by hand the entity ID and the assertion consumer address (HTTP POST binding):',
      copy: ['entityId', 'assertionConsumerUrl'],
    },
    {
      text: 'Let it sign the assertion with SHA-256 and send the attributes `email` and `name`; for groups also `groups` with one value for each.',
    },
    { text: 'Load its metadata below, from an address or a file.' },
  ],
};
