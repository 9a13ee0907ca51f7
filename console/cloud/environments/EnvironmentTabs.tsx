import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { EnvironmentSearch } from '#console/page-search.ts';
import { Section } from '#console/ui/Section.tsx';
import type { Environment } from '#contract/environments.ts';
import classes from './Environments.module.css';
import { type Problems, tabOf } from './environment-draft.ts';
import { tryLooks } from './environment-words.ts';
import { ContainerSection } from './form/ContainerSection.tsx';
import { GeneralSection } from './form/GeneralSection.tsx';
import { InternetSection } from './form/InternetSection.tsx';
import { CacheFields, MachineSection } from './form/MachineSection.tsx';
import { ScriptsSection } from './form/ScriptsSection.tsx';
import { SharingSection } from './form/SharingSection.tsx';
import { VariablesSection } from './form/VariablesSection.tsx';
import { Cache } from './saved/Cache.tsx';
import { NeededDomains } from './saved/NeededDomains.tsx';
import { Secrets } from './saved/Secrets.tsx';
import { TryTab } from './try/TryTab.tsx';
import type { WorkingEnvironment } from './use-environment-draft.ts';
import type { EnvironmentOptions } from './use-environment-options.ts';

interface EnvironmentTabsProps {
  environment: Environment;
  options: EnvironmentOptions;
  working: WorkingEnvironment;
  problems: Problems;
  isReadOnly: boolean;
}

const tabs = [
  ['set-up', 'Set-up'],
  ['secrets', 'Variables and secrets'],
  ['internet', 'Internet'],
  ['machine', 'Machine and cache'],
  ['sharing', 'Sharing'],
  ['try', 'Try it'],
] as const;

/** The parts of an environment; which is open is in the address. */
export function EnvironmentTabs({ environment, options, working, problems, isReadOnly }: EnvironmentTabsProps) {
  const { tab = 'set-up' } = useSearch({ from: '/shell/codex/environments/$id' });
  const navigate = useNavigate({ from: '/codex/environments/$id' });
  const { draft, edit, changed } = working;
  const section = { draft, edit, problems, isReadOnly, options, repositories: environment.repositories };
  const changedTabs = new Set(changed.map(tabOf));
  const suffixOf = (name: (typeof tabs)[number][0]) => {
    if (name === 'try') return environment.lastTry ? `: ${tryLooks[environment.lastTry.state].word.toLowerCase()}` : '';
    return changedTabs.has(name) ? ' (changed)' : '';
  };
  return (
    <Tabs
      value={tab}
      keepMounted={false}
      onChange={(value) => void navigate({ search: EnvironmentSearch.parse({ tab: value }), replace: true })}
    >
      <Tabs.List mb="lg" className={classes.tabs ?? ''}>
        {tabs.map(([value, label]) => (
          <Tabs.Tab key={value} value={value}>
            {label}
            {suffixOf(value)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      <Tabs.Panel value="set-up">
        <GeneralSection {...section} />
        <ScriptsSection {...section} />
        <ContainerSection {...section} />
      </Tabs.Panel>
      <Tabs.Panel value="secrets">
        <VariablesSection {...section} />
        <Secrets environment={environment} isReadOnly={isReadOnly} mayDelete={environment.mayEdit} />
      </Tabs.Panel>
      <Tabs.Panel value="internet">
        <InternetSection {...section} />
        <NeededDomains environmentId={environment.id} internet={draft.internet} edit={edit} isReadOnly={isReadOnly} />
      </Tabs.Panel>
      <Tabs.Panel value="machine">
        <MachineSection {...section} />
        <div className={classes.apart}>
          <Section title="Cache">
            <div className={classes.fields}>
              <CacheFields {...section} />
              <Cache environment={environment} isReadOnly={isReadOnly} />
            </div>
          </Section>
        </div>
      </Tabs.Panel>
      <Tabs.Panel value="sharing">
        <SharingSection {...section} />
      </Tabs.Panel>
      <Tabs.Panel value="try">
        <TryTab environment={environment} isOff={!options.isCloudOn} isChanged={changed.length > 0} />
      </Tabs.Panel>
    </Tabs>
  );
}
