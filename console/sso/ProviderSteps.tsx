import { CopyField } from '#console/ui/CopyField.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import type { Connection } from '#contract/sso.ts';
import { type FactToCopy, guideOf, type ProviderId, providers } from './provider-guides.ts';
import classes from './Sso.module.css';

const factNames: Record<FactToCopy, string> = {
  redirectUri: 'Redirect URI',
  entityId: 'Entity ID',
  assertionConsumerUrl: 'Assertion consumer address (ACS)',
  metadataUrl: 'Our metadata',
};

/** What to click at the provider, with the values to paste there. */
export function ProviderSteps({ connection, provider }: { connection: Connection; provider: ProviderId }) {
  const { kind, serviceProvider } = connection;
  const caution = providers[provider].caution[kind];
  return (
    <>
      <ol className={classes.steps}>
        {guideOf(provider, kind).map(({ text, copy = [] }) => (
          <li key={text}>
            <Sentence text={text} />
            {copy.length > 0 && (
              <div className={classes.copies}>
                {copy.map((fact) => (
                  <CopyField key={fact} label={factNames[fact]} value={serviceProvider[fact] ?? 'not known yet'} />
                ))}
              </div>
            )}
          </li>
        ))}
      </ol>
      {caution && (
        <div className={classes.caution}>
          <Notice tone="warn">
            <p>{caution}</p>
          </Notice>
        </div>
      )}
    </>
  );
}
