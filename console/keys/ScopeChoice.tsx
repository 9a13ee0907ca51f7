import { Box, Checkbox, Collapse, Stack, Switch, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useIsOwner, useSession } from '#console/session.ts';
import { Notice } from '#console/ui/Notice.tsx';
import { allKeyScopes, type KeyScope, missingFor, scopeFacts } from '#contract/key-scopes.ts';

interface ScopeChoiceProps {
  value: KeyScope[];
  onChange: (scopes: KeyScope[]) => void;
  mayChangeThings: boolean;
  onMayChangeThings: (mayChange: boolean) => void;
  error?: string | undefined;
}

/** What reads comes first; what changes something is behind a switch that is off. */
export function ScopeChoice({ value, onChange, mayChangeThings, onMayChangeThings, error }: ScopeChoiceProps) {
  const offered = allKeyScopes.filter((scope) => scopeFacts(scope).replacedBy === undefined);
  const reading = offered.filter((scope) => scopeFacts(scope).isReadOnly && scopeFacts(scope).partOf === undefined);
  const writing = offered.filter((scope) => !scopeFacts(scope).isReadOnly);
  const set = (chosen: string[]) => onChange(allKeyScopes.filter((scope) => chosen.includes(scope)));
  return (
    <Checkbox.Group
      label="What it may do"
      description="As little as the program needs; it cannot be widened later."
      value={value}
      onChange={set}
      error={error}
    >
      <Stack gap={12} mt={8}>
        {reading.map((scope) => (
          <ScopeWithParts
            key={scope}
            scope={scope}
            parts={offered.filter((each) => scopeFacts(each).partOf === scope)}
          />
        ))}
        <Switch
          checked={mayChangeThings}
          label="Let it change things"
          onChange={(event) => {
            const isOn = event.currentTarget.checked;
            onMayChangeThings(isOn);
            if (!isOn) set(value.filter((scope) => scopeFacts(scope).isReadOnly));
          }}
        />
        {mayChangeThings && (
          <>
            {writing.map((scope) => (
              <Scope key={scope} scope={scope} />
            ))}
            <Notice tone="warn">
              <p>Whoever gets hold of the key can do this, too. Limit the addresses it works from below.</p>
            </Notice>
          </>
        )}
      </Stack>
    </Checkbox.Group>
  );
}

function ScopeWithParts({ scope, parts }: { scope: KeyScope; parts: KeyScope[] }) {
  const [isOpen, setIsOpen] = useState(false);
  if (parts.length === 0) return <Scope scope={scope} />;
  return (
    <Box>
      <Scope scope={scope} />
      <UnstyledButton
        type="button"
        fz="sm"
        c="dimmed"
        ml={32}
        mt={4}
        aria-expanded={isOpen}
        onClick={() => setIsOpen(!isOpen)}
      >
        {isOpen ? 'Hide the single types' : `Only some of it: ${parts.length} single types`}
      </UnstyledButton>
      <Collapse expanded={isOpen}>
        <Stack gap={12} mt={12} ml={32}>
          {parts.map((part) => (
            <Scope key={part} scope={part} />
          ))}
        </Stack>
      </Collapse>
    </Box>
  );
}

function Scope({ scope }: { scope: KeyScope }) {
  const { permissions } = useSession();
  const { label, sentence, waitsFor, isForOwners = false } = scopeFacts(scope);
  const isOwner = useIsOwner();
  const isBeyond = (isForOwners && !isOwner) || missingFor(new Set(permissions), scope).length > 0;
  const reason = isBeyond ? 'Goes beyond what you may do yourself; ask a workspace owner.' : waitsFor;
  return (
    <Checkbox
      value={scope}
      disabled={isBeyond}
      label={
        <>
          {label} <code>{scope}</code>
        </>
      }
      description={reason ? `${sentence} ${reason}` : sentence}
    />
  );
}
