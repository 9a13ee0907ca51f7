import { ActionIcon, Button, Text, TextInput } from '@mantine/core';
import { Plus, Trash2 } from 'lucide-react';
import { GroupPicker } from './GroupPicker.tsx';
import type { PeopleForm } from './people-draft.ts';
import classes from './Sso.module.css';

interface GroupMappingsProps {
  form: PeopleForm;
  hasGroups: boolean;
  isReadOnly: boolean;
}

export function GroupMappings({ form, hasGroups, isReadOnly }: GroupMappingsProps) {
  const { mappings } = form.values;
  if (!hasGroups) return <Text>Groups are not read: say under Details where they stand.</Text>;
  return (
    <div className={classes.mappings}>
      {mappings.length === 0 && <Text c="dimmed">No group is followed.</Text>}
      {mappings.map(({ key, groupId }, index) => (
        <div key={key} className={classes.mapping}>
          <TextInput
            label="Group at the provider"
            maxLength={300}
            spellCheck={false}
            readOnly={isReadOnly}
            {...form.getInputProps(`mappings.${index}.value`)}
          />
          <GroupPicker
            label="Group here"
            isReadOnly={isReadOnly}
            value={groupId}
            error={form.errors[`mappings.${index}.groupId`]}
            onChange={(chosen) => form.setFieldValue(`mappings.${index}.groupId`, chosen)}
          />
          {!isReadOnly && (
            <ActionIcon
              size={36}
              variant="default"
              aria-label={`Remove group ${index + 1}`}
              onClick={() => form.removeListItem('mappings', index)}
            >
              <Trash2 size={16} aria-hidden />
            </ActionIcon>
          )}
        </div>
      ))}
      {!isReadOnly && (
        <div>
          <Button
            variant="default"
            leftSection={<Plus size={16} aria-hidden />}
            onClick={() => form.insertListItem('mappings', { key: crypto.randomUUID(), value: '', groupId: '' })}
          >
            Add a group
          </Button>
        </div>
      )}
    </div>
  );
}
