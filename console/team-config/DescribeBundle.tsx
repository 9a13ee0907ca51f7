import { Button, Group, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import type { Bundle } from '#contract/team-config-bundles.ts';

export function DescribeBundle({ bundle, onClose }: { bundle: Bundle; onClose: () => void }) {
  const form = useForm({
    initialValues: { name: bundle.name, description: bundle.description },
    validate: { name: isNotEmpty('Give the bundle a name.') },
  });
  const update = useMutation(
    api.teamConfig.update.mutationOptions({
      onSuccess: (answer) => {
        showDone(`${answer.bundle.name} was saved.`);
        onClose();
      },
      onError: (error) => form.setErrors(fieldErrors(describeFailure(error))),
    }),
  );
  return (
    <Dialog opened onClose={onClose} title={`Rename or describe ${bundle.name}`}>
      <form onSubmit={form.onSubmit((values) => update.mutate({ id: bundle.id, ...values }))} noValidate>
        <Stack gap="md">
          {update.error && <FailureNotice what="The bundle was not saved" error={update.error} />}
          <TextInput
            label="Name"
            description={
              <>
                Its address stays <code>{bundle.slug}</code>.
              </>
            }
            maxLength={80}
            data-autofocus
            {...form.getInputProps('name')}
          />
          <Textarea
            label="Description"
            description="For whom is it, and what does it set?"
            autosize
            minRows={2}
            maxLength={1000}
            {...form.getInputProps('description')}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={update.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
