import { paths } from '#console/paths.ts';
import { TextLink } from '#console/shell/TextLink.tsx';
import { CommandBlock } from '#console/ui/CommandBlock.tsx';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { Sentence } from '#console/ui/Sentence.tsx';
import { StatusBadge } from '#console/ui/StatusBadge.tsx';
import classes from './LookUp.module.css';
import type { PolicyMessageOrigin } from './message-origin.ts';

const titles: Record<PolicyMessageOrigin['kind'], string> = {
  policy: 'A policy says so',
  rule: 'A rule of a policy says so',
  'load-failure': 'The client could not load its policy',
  'sign-in': 'It is about the sign-in, not a policy',
  gateway: 'The gateway refused a model call',
  unknown: 'Reeve does not know this message',
};

export function MessageOrigin({ origin: { kind, sentence, policies } }: { origin: PolicyMessageOrigin }) {
  return (
    <>
      <Notice tone={kind === 'unknown' ? 'warn' : 'info'} title={titles[kind]}>
        <p>
          <Sentence text={sentence} />
        </p>
      </Notice>
      {policies.length > 0 && (
        <Section title={policies.length === 1 ? 'The policy' : 'The policies it may be'}>
          {policies.map(({ id, name, revision, isCurrent, keyPath, line, excerpt }) => (
            <div key={`${id} ${revision} ${keyPath} ${line}`} className={classes.fragment}>
              <p>
                <TextLink to={paths.policy} params={{ id }} fw={600} inherit>
                  {name}
                </TextLink>
                , version {revision}{' '}
                <StatusBadge tone={isCurrent ? 'ok' : 'off'}>
                  {isCurrent ? 'Published now' : 'An older version'}
                </StatusBadge>
                {keyPath && (
                  <>
                    {' '}
                    <code>{keyPath}</code>
                  </>
                )}
                {line !== null && `, line ${line}`}
              </p>
              {excerpt && <CommandBlock label={`From ${name}`} text={excerpt} />}
            </div>
          ))}
        </Section>
      )}
    </>
  );
}
