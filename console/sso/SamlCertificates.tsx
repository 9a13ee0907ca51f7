import { Entry, EntryList } from '#console/identity/EntryList.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { useNow } from '#console/ui/use-now.ts';
import type { Connection } from '#contract/sso.ts';

const soonMs = 30 * 24 * 60 * 60 * 1000;

/** With which certificates the provider may have signed, and which of them run out. */
export function SamlCertificates({ saml: { certificates, metadataUrl } }: { saml: NonNullable<Connection['saml']> }) {
  const now = useNow(60_000).getTime();
  return (
    <EntryList label="Certificates of the identity provider">
      {certificates.map(({ pem, subject, expiresAt }) => {
        const leftMs = new Date(expiresAt).getTime() - now;
        return (
          <Entry
            key={pem}
            title={subject || 'Certificate'}
            badge={
              leftMs < 0 ? (
                <StatusBadge tone="bad">Expired</StatusBadge>
              ) : leftMs < soonMs ? (
                <StatusBadge tone="warn">Ends soon</StatusBadge>
              ) : null
            }
            facts={[
              <span key="ends">
                {leftMs < 0 ? 'ended' : 'ends'} <RelativeTime at={expiresAt} />
              </span>,
              leftMs < soonMs &&
                (metadataUrl
                  ? 'a new one is taken from the metadata address'
                  : 'load the new metadata file here before it ends'),
            ]}
          />
        );
      })}
    </EntryList>
  );
}
