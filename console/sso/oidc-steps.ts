import type { GuideStep, ProviderId } from './provider-guides.ts';

/** What an administrator does at the identity provider for OpenID Connect. Backticks mark what stands on its pages. */
export const oidcSteps: Record<ProviderId, GuideStep[]> = {
  okta: [
    { text: 'In the Okta Admin Console open `Applications`, then `Create App Integration`.' },
    { text: 'Choose `OIDC - OpenID Connect` and `Web Application`.' },
    { text: 'Leave the grant type `Authorization Code`. As sign-in redirect URI enter:', copy: ['redirectUri'] },
    { text: 'Under `Assignments` choose who may use Reeve, and save.' },
    {
      text: 'For groups: under `Sign On`, `OpenID Connect ID Token`, set the groups claim filter to `groups`, `Matches regex`, `.*` (or a narrower rule).',
    },
    {
      text: 'Under `General` copy the client ID and the client secret into the form below. The issuer is the address of your Okta without `-admin`.',
    },
  ],
  entra: [
    { text: 'In the Entra admin center open `App registrations`, then `New registration`.' },
    {
      text: 'Choose accounts in this organizational directory only. As redirect URI of the type `Web` enter:',
      copy: ['redirectUri'],
    },
    { text: 'Under `Certificates & secrets` make a client secret and copy its `Value`, not its id.' },
    { text: 'Under `Token configuration` add the optional claim `email` to the ID token.' },
    {
      text: 'For groups: in the same place `Add groups claim`, and choose `Groups assigned to the application`. Assign the groups under `Enterprise applications`.',
    },
    {
      text: 'From `Overview` copy the application (client) ID. The issuer has the directory (tenant) ID in it, as in the example of the form below.',
    },
  ],
  google: [
    { text: 'In the Google Cloud console open `Google Auth Platform`. Set the audience to `Internal`.' },
    {
      text: 'Under `Clients` make a client of the type `Web application`. As authorised redirect URI enter:',
      copy: ['redirectUri'],
    },
    {
      text: 'Copy the client ID and the client secret into the form below. The issuer is `https://accounts.google.com`.',
    },
  ],
  keycloak: [
    { text: 'In the admin console open your realm, `Clients`, then `Create client` of the type `OpenID Connect`.' },
    {
      text: 'Turn `Client authentication` on and leave `Standard flow` on. As valid redirect URI enter:',
      copy: ['redirectUri'],
    },
    {
      text: 'For groups: under `Client scopes` open the dedicated scope, add the mapper `Group Membership` with the token claim name `groups`, and turn `Full group path` off.',
    },
    { text: 'Under `Credentials` copy the client secret into the form below, with the client ID you chose.' },
  ],
  other: [
    {
      text: 'Register a confidential web application for the authorization code flow with PKCE. Its redirect URI is:',
      copy: ['redirectUri'],
    },
    {
      text: 'Let it send `sub`, `email`, `email_verified` and `name`, in the ID token or at the userinfo endpoint; for groups also an array of names or ids.',
    },
    {
      text: 'Copy the issuer, the client ID and the client secret into the form below. `/.well-known/openid-configuration` is looked up under the issuer.',
    },
  ],
};
