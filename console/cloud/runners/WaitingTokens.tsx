import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { showDone, showFailure } from '#console/shell/show-result.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import { shortName } from '#console/ui/short-name.ts';
import type { RunnerToken } from '#contract/runners.ts';
import { Labels } from './Labels.tsx';
import classes from './Runners.module.css';

type Token = z.infer<typeof RunnerToken>;

/** Tokens with which somebody may still register a machine. */
export function WaitingTokens({ tokens }: { tokens: Token[] }) {
  const revoke = useMutation(
    api.runners.revokeToken.mutationOptions({
      onSuccess: () => showDone('The token registers nothing any more.'),
      onError: (error) => showFailure('The token was not taken back', error),
    }),
  );
  const waiting = tokens.filter(({ usedAt }) => usedAt === null);
  if (waiting.length === 0) return null;
  return (
    <div className={classes.tokens}>
      <Section title="Tokens that wait for a machine">
        <ul className={classes.tokenList} aria-label="Tokens that wait for a machine">
          {waiting.map(({ id, hint, labels, createdBy, createdAt, expiresAt }) => (
            <li key={id}>
              <code>{hint}…</code>
              <Labels labels={labels} />
              <span className={classes.quiet}>
                made by {shortName(createdBy)} <RelativeTime at={createdAt} />, ends <RelativeTime at={expiresAt} />
              </span>
              <Button
                size="compact-sm"
                variant="default"
                aria-label={`Take back: ${hint}`}
                loading={revoke.isPending && revoke.variables.id === id}
                onClick={() => revoke.mutate({ id })}
              >
                Take back
              </Button>
            </li>
          ))}
        </ul>
      </Section>
    </div>
  );
}
