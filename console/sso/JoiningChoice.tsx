import { Radio, Stack, TagsInput } from '@mantine/core';
import type { PeopleForm } from './people-draft.ts';
import classes from './Sso.module.css';

interface JoiningChoiceProps {
  form: PeopleForm;
  hasGroups: boolean;
  isReadOnly: boolean;
}

export function JoiningChoice({ form, hasGroups, isReadOnly }: JoiningChoiceProps) {
  return (
    <Stack gap="md" className={classes.form}>
      <Radio.Group aria-label="Who becomes a member" readOnly={isReadOnly} {...form.getInputProps('who')}>
        <Stack gap={8}>
          <Radio
            value="nobody"
            label="Nobody by themselves"
            description="People are invited first, or arrive by provisioning (SCIM)."
          />
          <Radio
            value="verified-domains"
            label="Everybody the provider lets in"
            description="With an address at a domain of this connection. They get the default role and the fallback policy until groups say otherwise."
          />
          <Radio
            value="groups"
            disabled={!hasGroups}
            label="Only people in certain groups"
            description={
              hasGroups
                ? 'With an address at a domain of this connection, and in one of these groups at the provider.'
                : 'Groups are not read: say under Details where they stand.'
            }
          />
        </Stack>
      </Radio.Group>
      {form.values.who === 'groups' && (
        <TagsInput
          label="Groups at the provider"
          description="As the test shows them: names, or object ids at Entra ID. One is enough."
          readOnly={isReadOnly}
          {...form.getInputProps('joiningGroups')}
        />
      )}
    </Stack>
  );
}
