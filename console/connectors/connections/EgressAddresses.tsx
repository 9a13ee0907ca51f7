import { Text } from '@mantine/core';
import { CopyField } from '#console/ui/CopyField.tsx';
import { Section } from '#console/ui/Section.tsx';
import classes from '../Git.module.css';

/** For the allowlist of a git server. */
export function EgressAddresses({ url, ranges }: { url: string; ranges: string[] }) {
  return (
    <Section
      title="Addresses Reeve calls from"
      description="For the IP allow list of an organisation on GitHub, or the firewall before a git server. Containers of tasks never call a git server themselves."
    >
      {ranges.length === 0 ? (
        <Text size="sm" mb="md">
          Nobody has said which they are. Whoever runs this server sets <code>REEVE_EGRESS_RANGES</code>; then they are
          here and at the address below, which programs can read.
        </Text>
      ) : (
        <ul className={`${classes.needs} ${classes.spaced}`} aria-label="Addresses Reeve calls from">
          {ranges.map((range) => (
            <li key={range} className={classes.code}>
              {range}
            </li>
          ))}
        </ul>
      )}
      <CopyField label="As JSON" value={url} />
    </Section>
  );
}
