import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { api } from '#console/api.ts';
import { Loaded } from '#console/shell/Loaded.tsx';
import { countOf } from '#console/ui/figures.ts';
import { RelativeTime } from '#console/ui/RelativeTime.tsx';
import { Section } from '#console/ui/Section.tsx';
import {
  commonDependencyDomains,
  type EgressRule,
  egressRules,
  type InternetAccess,
} from '#contract/internet-access.ts';
import classes from '../Environments.module.css';
import type { Edit } from '../environment-draft.ts';

interface NeededDomainsProps {
  environmentId: string;
  internet: InternetAccess;
  edit: Edit;
  isReadOnly: boolean;
}

const covers = (domain: string, host: string) => host === domain || host.endsWith(`.${domain}`);

/** Whether the host is let through by the draft as it stands. */
function isListed({ isOn, preset, domains }: InternetAccess, host: string): boolean {
  if (!isOn) return false;
  if (preset === 'all') return true;
  const listed = preset === 'none' ? domains : [...commonDependencyDomains, ...domains];
  return listed.some((domain) => covers(domain, host));
}

const isRule = (rule: string): rule is EgressRule => Object.hasOwn(egressRules, rule);

/** What the environment’s tasks would have needed; one click puts a domain on the list of the draft. */
export function NeededDomains({ environmentId, internet, edit, isReadOnly }: NeededDomainsProps) {
  const needed = useQuery(api.environments.neededDomains.queryOptions({ input: { id: environmentId } }));
  const add = (host: string) =>
    edit({ internet: { ...internet, isOn: true, domains: [...new Set([...internet.domains, host])] } });
  return (
    <div className={classes.apart}>
      <Section
        title="What its tasks were refused"
        description="In the last 14 days. Ask of each: should an agent that read a hostile page be able to reach it?"
      >
        <Loaded query={needed} what="What was refused could not be loaded">
          {({ items }) =>
            items.length === 0 ? (
              <p className={classes.note}>Nothing was refused that another setting would have let through.</p>
            ) : (
              <ul className={classes.rows} aria-label="Refused domains">
                {items.map(({ host, methods, count, lastAt, rule }) => (
                  <li key={host} className={classes.row}>
                    <div className={classes.rowName}>
                      <code>{host}</code>
                      <p className={classes.note}>
                        {countOf(count, 'request')} ({methods.join(', ')}), last <RelativeTime at={lastAt} />.{' '}
                        {isRule(rule) && egressRules[rule].sentence}
                      </p>
                    </div>
                    {isListed(internet, host) ? (
                      <Text size="sm" c="dimmed">
                        {rule === 'method-not-allowed' || rule === 'websocket-not-allowed'
                          ? 'on the list; needs all methods'
                          : 'on the list'}
                      </Text>
                    ) : (
                      !isReadOnly && (
                        <Button
                          variant="default"
                          size="compact-sm"
                          aria-label={`Add to the list: ${host}`}
                          leftSection={<Plus size={16} aria-hidden />}
                          onClick={() => add(host)}
                        >
                          Add to the list
                        </Button>
                      )
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
    </div>
  );
}
