import { Button, Radio, Stack, Switch, TagsInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Notice } from '#console/ui/Notice.tsx';
import { Section } from '#console/ui/Section.tsx';
import { commonDependencyDomains, Domain, type InternetAccess, internetPresets } from '#contract/internet-access.ts';
import classes from '../Environments.module.css';
import { presetWords } from '../environment-words.ts';
import type { SectionProps } from './section-props.ts';

export function InternetSection(props: SectionProps) {
  const { draft, edit, isReadOnly, options } = props;
  const { internet } = draft;
  const set = (change: Partial<InternetAccess>) => edit({ internet: { ...internet, ...change } });
  return (
    <>
      {!options.isAgentInternetAllowed && (
        <div className={classes.notice}>
          <Notice tone="warn" title="The workspace does not let agents reach the internet">
            <p>
              What is set here takes effect when a workspace owner allows it under Settings and permissions. Until then
              agents reach Reeve’s own gateway and nothing else. Set-up has its own rule below.
            </p>
          </Notice>
        </div>
      )}
      <Section
        title="Internet access of the agent"
        description="Off: an agent reaches Reeve’s own gateway and nothing else. Every request, let through or refused, is logged with the rule."
      >
        <div className={classes.fields}>
          <Switch
            label="Agents may reach the internet"
            checked={internet.isOn}
            disabled={isReadOnly}
            onChange={(event) => set({ isOn: event.currentTarget.checked })}
          />
          {internet.isOn && <AccessFields internet={internet} set={set} isReadOnly={isReadOnly} />}
        </div>
      </Section>
      <SetupInternet {...props} />
    </>
  );
}

interface AccessFieldsProps {
  internet: InternetAccess;
  set: (change: Partial<InternetAccess>) => void;
  isReadOnly: boolean;
}

function AccessFields({ internet, set, isReadOnly }: AccessFieldsProps) {
  const { preset, domains, methods } = internet;
  return (
    <>
      <Radio.Group label="Domains" value={preset} onChange={(value) => set({ preset: value as typeof preset })}>
        <Stack gap={8} mt={8}>
          {internetPresets.map((value) => (
            <Radio
              key={value}
              value={value}
              disabled={isReadOnly}
              label={presetWords[value].label}
              description={presetWords[value].sentence}
            />
          ))}
        </Stack>
      </Radio.Group>
      {preset === 'common-dependencies' && <CommonDomains />}
      {preset !== 'all' && <DomainList domains={domains} set={set} isReadOnly={isReadOnly} />}
      <Radio.Group label="Methods" value={methods} onChange={(value) => set({ methods: value as typeof methods })}>
        <Stack gap={8} mt={8}>
          <Radio
            value="safe"
            disabled={isReadOnly}
            label="GET, HEAD and OPTIONS only"
            description="The agent can fetch, and can hardly send anything out. WebSockets are refused."
          />
          <Radio
            value="all"
            disabled={isReadOnly}
            label="All methods"
            description="What the agent sends may be your code: allow it for domains that you trust with it."
          />
        </Stack>
      </Radio.Group>
      {preset === 'all' && (
        <Notice tone="warn" title="Whatever a page says, the agent reads">
          <p>
            Pages can be written to mislead an agent into sending out what it sees. A list of domains keeps it to those
            that you chose.
          </p>
        </Notice>
      )}
    </>
  );
}

/** The preset, in full: nobody allows what they cannot read. */
function CommonDomains() {
  const [isOpen, { toggle }] = useDisclosure(false);
  return (
    <div>
      <Button variant="default" size="compact-sm" aria-expanded={isOpen} onClick={toggle}>
        {isOpen ? 'Hide' : 'Show'} the {commonDependencyDomains.length} domains
      </Button>
      {isOpen && (
        <ul className={classes.domains} aria-label="Common dependencies">
          {commonDependencyDomains.map((domain) => (
            <li key={domain}>{domain}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

function DomainList({
  domains,
  set,
  isReadOnly,
}: Pick<AccessFieldsProps, 'set' | 'isReadOnly'> & { domains: string[] }) {
  const [refused, setRefused] = useState<string | null>(null);
  const take = (typed: string[]) => {
    const read = typed.map((text) => ({ text, domain: Domain.safeParse(text).data }));
    setRefused(read.find(({ domain }) => domain === undefined)?.text ?? null);
    set({ domains: [...new Set(read.flatMap(({ domain }) => domain ?? []))] });
  };
  return (
    <TagsInput
      label="Domains that I list"
      description="Each covers its sub-domains. Press Enter after each; a list can be pasted."
      placeholder={domains.length === 0 ? 'pypi.org' : ''}
      splitChars={[',', ' ', '\n']}
      classNames={{ input: classes.mono ?? '' }}
      maxTags={500}
      readOnly={isReadOnly}
      value={domains}
      error={refused === null ? null : `“${refused}” is no domain such as pypi.org: no scheme, path, port or address.`}
      onChange={take}
    />
  );
}

const setupChoices = [
  {
    value: 'on',
    label: 'Every public domain',
    sentence: 'As the vendor’s cloud does it: set-up installs what it needs.',
  },
  { value: 'as-agent', label: 'The same as the agent', sentence: 'For set-up that must not fetch from elsewhere.' },
  { value: 'off', label: 'Nothing', sentence: 'Everything is in the image already.' },
] as const;

function SetupInternet({ draft: { setupInternet }, edit, isReadOnly }: SectionProps) {
  return (
    <div className={classes.apart}>
      <Section title="Internet access of set-up and maintenance">
        <Radio.Group
          aria-label="Set-up and maintenance reach"
          value={setupInternet}
          onChange={(value) => edit({ setupInternet: value as typeof setupInternet })}
        >
          <Stack gap={8}>
            {setupChoices.map(({ value, label, sentence }) => (
              <Radio key={value} value={value} label={label} description={sentence} disabled={isReadOnly} />
            ))}
          </Stack>
        </Radio.Group>
      </Section>
    </div>
  );
}
