import { Button, Stack, TextInput } from '@mantine/core';
import { isEmail, isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { PlainPage } from '#console/shell/PlainPage.tsx';
import type { LinkPreview } from '#contract/directory.ts';
import { checkNewPassword, NewPasswordInput } from './NewPasswordInput.tsx';

interface CreateOwnerProps {
  token: string;
  preview: z.infer<typeof LinkPreview>;
  onDone: () => Promise<void>;
}

export function CreateOwner({ token, preview, onDone }: CreateOwnerProps) {
  const isFirst = preview.workspaceName === null;
  const form = useForm({
    initialValues: { workspaceName: '', name: preview.name ?? '', email: preview.email ?? '', password: '' },
    validateInputOnBlur: true,
    validate: {
      workspaceName: isFirst ? isNotEmpty('Name the workspace, for example after your organisation.') : () => null,
      name: isNotEmpty('Write your name.'),
      email: isEmail('Write an e-mail address, for example maya@example.com.'),
      password: checkNewPassword,
    },
  });
  const create = useMutation(
    api.directory.links.acceptOwner.mutationOptions({
      onSuccess: onDone,
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  const submit = form.onSubmit(({ workspaceName, ...person }) =>
    create.mutate({ token, ...person, ...(isFirst && { workspaceName }) }),
  );
  return (
    <PlainPage
      title={isFirst ? 'Set up Reeve' : `Become an owner of ${preview.workspaceName}`}
      description="You will be a workspace owner: you decide who may use Codex, under which policy, with which models."
    >
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {create.error && <FailureNotice what="The owner was not created" error={create.error} />}
          {isFirst && (
            <TextInput
              label="Workspace name"
              description="Members see it when they sign in."
              autoFocus
              autoComplete="organization"
              {...form.getInputProps('workspaceName')}
            />
          )}
          <TextInput label="Your name" autoComplete="name" {...form.getInputProps('name')} />
          <TextInput
            label="Your e-mail"
            type="email"
            autoComplete="username"
            readOnly={preview.email !== null}
            {...form.getInputProps('email')}
          />
          <NewPasswordInput {...form.getInputProps('password')} />
          <Button type="submit" loading={create.isPending} fullWidth>
            {isFirst ? 'Create the workspace' : 'Become an owner'}
          </Button>
        </Stack>
      </form>
    </PlainPage>
  );
}
