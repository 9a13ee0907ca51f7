/**
 * Getting a stock client to talk to this Reeve: the join script, what fleets and CI need, and the opt-in proxy.
 * The rule people get wrong: nothing here may hold a secret, because `/join.sh` is fetched before anybody signs in.
 */
export { connectDialect } from './bootstrap/routes.ts';
export { chatgptBaseUrl, clientAddresses, deviceSignIn } from './join-facts.ts';
export { settingsFile } from './requirements-file.ts';
export { connectRoutes } from './routes.ts';
export { vendorNames } from './vendor-names.ts';
export { startVendorProxy } from './vendor-proxy.ts';
