// Single sign-on: connections to identity providers, proved e-mail domains, and what a sign-on means here. Rule people get wrong: a protocol
// (oidc/, saml/) proves who somebody is and nothing else; whether they may enter is decided once, in `decide-sign-in.ts`.
export { endAtProvider } from './end-at-provider.ts';
export { ssoJobs } from './jobs.ts';
export { accountsOfPerson } from './person-rows.ts';
export { ssoRoutes } from './routes.ts';
export { ssoDialect } from './wire-routes.ts';
