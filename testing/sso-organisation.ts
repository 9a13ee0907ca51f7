import type { Connection } from '#contract/sso.ts';
import { createOwnerLink } from '#server/directory/index.ts';
import { foundOrganisation, type Organisation } from './organisation.ts';
import { type OwnApiSession, openOwnApiSession } from './own-api-session.ts';
import { type OidcIdp, startOidcIdp } from './servers/oidc-idp.ts';
import { enableTested, prepareOidc, startAddress, verifyDomain } from './single-sign-on.ts';
import { startTestReeve, type TestReeve } from './start-reeve.ts';

export interface SsoOrganisation {
  reeve: TestReeve;
  idp: OidcIdp;
  organisation: Organisation;
  connection: Connection;
  domainId: string;
  /** Somebody of this name at the provider, in a browser of their own, signed on. */
  signOn(login: string): Promise<OwnApiSession>;
  close(): Promise<void>;
}

/** The example organisation with an identity provider: people of example.com join by signing on. */
export async function openSsoOrganisation(): Promise<SsoOrganisation> {
  const idp = await startOidcIdp();
  const reeve = await startTestReeve();
  const { url } = await createOwnerLink(reeve.services, { madeBy: 'first start' });
  const organisation = await foundOrganisation({ origin: reeve.origin, authorityPem: reeve.authorityPem ?? '' }, url);
  const { owner } = organisation;
  const domainId = await verifyDomain(owner, reeve.dns, 'example.com');
  const prepared = await prepareOidc(owner, idp, {
    name: 'Example IdP',
    domainIds: [domainId],
    justInTime: { who: 'verified-domains' },
  });
  const add = (login: string) =>
    idp.people.set(login, { claims: { email: `${login}@example.com`, email_verified: true, name: login, groups: [] } });
  add('ada.lovelace');
  idp.automatically('ada.lovelace');
  const connection = await enableTested(owner, prepared.id);
  return {
    reeve,
    idp,
    organisation,
    connection,
    domainId,
    async signOn(login) {
      add(login);
      idp.automatically(login);
      const session = openOwnApiSession(organisation);
      await session.browser.get(startAddress(organisation, connection.id));
      return session;
    },
    async close() {
      await reeve.close();
      await idp.close();
    },
  };
}
