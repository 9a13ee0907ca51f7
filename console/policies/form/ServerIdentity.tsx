import { Group, Select } from '@mantine/core';
import { type FieldProps, useDocumentForm } from './document-form.ts';
import classes from './Form.module.css';
import { isTable, type JsonValue } from './json-value.ts';
import { TextField } from './TextField.tsx';
import { TomlField } from './TomlField.tsx';

type Kind = 'command' | 'url' | 'program' | 'pattern';

const starters: Record<Kind, JsonValue> = {
  command: { command: '' },
  url: { url: '' },
  program: { command: { executable: '', args: [] } },
  pattern: { url: { match: 'prefix', value: 'https://' } },
};

function kindOf(value: JsonValue | undefined): Kind | null {
  if (!isTable(value)) return null;
  if (typeof value.command === 'string') return 'command';
  if (typeof value.url === 'string') return 'url';
  if (isTable(value.command)) return 'program';
  return isTable(value.url) ? 'pattern' : null;
}

/** What an MCP server must be: a program or an address. */
export function ServerIdentity(props: FieldProps) {
  const { path, label, value } = props;
  const { edit, isReadOnly } = useDocumentForm();
  const kind = kindOf(value);
  return (
    <Group gap={8} align="flex-start">
      <Select
        aria-label={`Kind of ${label}`}
        placeholder="Choose what it must be"
        w={200}
        allowDeselect={false}
        readOnly={isReadOnly}
        value={kind}
        onChange={(chosen) => {
          const wanted = (Object.keys(starters) as Kind[]).find((one) => one === chosen);
          if (wanted && wanted !== kind) edit({ path, value: starters[wanted] });
        }}
        data={[
          { value: 'url', label: 'Address' },
          { value: 'pattern', label: 'Pattern of the address' },
          { value: 'command', label: 'Program' },
          { value: 'program', label: 'Program and arguments' },
        ]}
      />
      {(kind === 'url' || kind === 'command') && isTable(value) ? (
        <TextField
          path={[...path, kind]}
          label={`${label}.${kind}`}
          shape={{ type: 'string' }}
          value={value[kind]}
          placeholder={kind === 'url' ? 'https://mcp.example.com/' : 'docs-mcp'}
          isNeeded
        />
      ) : (
        <div className={classes.grows}>
          <TomlField {...props} />
        </div>
      )}
    </Group>
  );
}
