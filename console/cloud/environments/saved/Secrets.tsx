import { Button } from '@mantine/core';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import type { Environment } from '#contract/environments.ts';
import classes from '../Environments.module.css';
import { DeleteSecret } from './DeleteSecret.tsx';
import { SecretDialog } from './SecretDialog.tsx';

type Asked = { kind: 'save'; name: string | null } | { kind: 'delete'; name: string };

interface SecretsProps {
  environment: Environment;
  isReadOnly: boolean;
  /** Also while nothing can be saved: secrets can always be cleared away. */
  mayDelete: boolean;
}

/** Saved one by one, apart from the rest: a secret is in no draft. */
export function Secrets({ environment, isReadOnly, mayDelete }: SecretsProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  return (
    <div className={classes.apart}>
      <Section
        title="Secrets"
        description="For set-up alone: gone before the agent starts, never in a log, never shown again. Reeve looks for them in what set-up leaves behind and ends the attempt where it finds one."
        action={
          !isReadOnly && (
            <Button
              variant="default"
              leftSection={<Plus size={16} aria-hidden />}
              onClick={() => setAsked({ kind: 'save', name: null })}
            >
              Add a secret
            </Button>
          )
        }
      >
        {environment.secrets.length === 0 && <p className={classes.note}>No secret is saved.</p>}
        {environment.secrets.length > 0 && (
          <ul className={classes.rows} aria-label="Secrets">
            {environment.secrets.map(({ name, updatedAt, updatedBy }) => (
              <li key={name} className={classes.row}>
                <code className={classes.rowName}>{name}</code>
                <span className={classes.note}>
                  saved <RelativeTime at={updatedAt} /> by {updatedBy}
                </span>
                <Button.Group>
                  {!isReadOnly && (
                    <Button
                      variant="default"
                      size="compact-sm"
                      aria-label={`Replace ${name}`}
                      onClick={() => setAsked({ kind: 'save', name })}
                    >
                      Replace
                    </Button>
                  )}
                  {mayDelete && (
                    <Button
                      variant="default"
                      size="compact-sm"
                      aria-label={`Delete ${name}`}
                      onClick={() => setAsked({ kind: 'delete', name })}
                    >
                      Delete
                    </Button>
                  )}
                </Button.Group>
              </li>
            ))}
          </ul>
        )}
        {asked?.kind === 'save' && <SecretDialog environmentId={environment.id} name={asked.name} onClose={close} />}
        {asked?.kind === 'delete' && <DeleteSecret environmentId={environment.id} name={asked.name} onClose={close} />}
      </Section>
    </div>
  );
}
