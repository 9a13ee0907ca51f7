import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { Facts } from '#console/ui/Facts.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import { shortName } from '#console/ui/short-name.ts';
import { Contact } from './Contact.tsx';
import classes from './Explanation.module.css';
import { decisionWords, type RuleExplanation } from './explanation-words.ts';

export function Explanation({ explanation }: { explanation: RuleExplanation }) {
  const { rule, policyName, revision, isCurrent, contact, publishedAt, owner, policyId } = explanation;
  const { tone, title, next } = decisionWords[rule.decision];
  return (
    <div className={classes.explanation}>
      <Notice tone={tone} title={title}>
        <p className={classes.command}>
          <code>{rule.command}</code>
        </p>
        {rule.justification ? <p>{rule.justification}</p> : <p>Whoever wrote the rule gave no reason.</p>}
      </Notice>
      <Section title="Who to ask">
        {contact !== '' ? (
          <p className={classes.line}>
            <Contact text={contact} />
          </p>
        ) : (
          <p className={classes.line}>
            The policy names nobody.{' '}
            {owner ? `It was published by ${shortName(owner)}.` : 'Ask whoever administers Codex in your organisation.'}
          </p>
        )}
      </Section>
      <Section title="What you can do now">
        <ul className={classes.list}>
          {next.map((step) => (
            <li key={step}>{step}</li>
          ))}
          {!isCurrent && (
            <li>
              This version is not the newest one. Restart Codex: the rule may have changed. A client keeps a policy for
              up to 60 minutes.
            </li>
          )}
        </ul>
      </Section>
      <Section title="Where it comes from">
        <Facts
          items={[
            [
              'Policy',
              <span key="policy">
                {policyId ? (
                  <TextLink to={paths.policy} params={{ id: policyId }}>
                    {policyName}
                  </TextLink>
                ) : (
                  policyName
                )}
                , version {revision}{' '}
                <StatusBadge tone={isCurrent ? 'ok' : 'off'}>
                  {isCurrent ? 'Published now' : 'An older version'}
                </StatusBadge>
              </span>,
            ],
            ['Published', <RelativeTime key="at" at={publishedAt} />],
            ['Published by', owner && shortName(owner)],
          ]}
        />
      </Section>
    </div>
  );
}
