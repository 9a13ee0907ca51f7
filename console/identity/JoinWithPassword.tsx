import { Button, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import type { z } from 'zod';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import type { LinkPreview } from '#contract/directory.ts';
import { checkNewPassword, NewPasswordInput } from './NewPasswordInput.tsx';

interface JoinWithPasswordProps {
  token: string;
  preview: z.infer<typeof LinkPreview>;
  onDone: () => Promise<void>;
}

export function JoinWithPassword({ token, preview, onDone }: JoinWithPasswordProps) {
  const form = useForm({
    initialValues: { name: preview.name ?? '', password: '' },
    validateInputOnBlur: true,
    validate: { name: isNotEmpty('Write your name.'), password: checkNewPassword },
  });
  const join = useMutation(
    api.directory.links.acceptInvitation.mutationOptions({
      onSuccess: onDone,
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  return (
    <form onSubmit={form.onSubmit((values) => join.mutate({ token, ...values }))} noValidate>
      <Stack gap="md">
        {join.error && <FailureNotice what="You have not joined yet" error={join.error} />}
        <TextInput label="E-mail" value={preview.email ?? ''} readOnly autoComplete="username" />
        <TextInput label="Your name" autoComplete="name" autoFocus {...form.getInputProps('name')} />
        <NewPasswordInput {...form.getInputProps('password')} />
        <Button type="submit" loading={join.isPending} fullWidth>
          Join
        </Button>
      </Stack>
    </form>
  );
}
