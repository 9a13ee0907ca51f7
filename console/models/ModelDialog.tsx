import { Button, Group, MultiSelect, NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import { type Model, ModelFacts, type ModelInput, ModelSlug } from '#contract/models.ts';

interface ModelDialogProps {
  /** Left out: a new one. */
  model?: Model;
  isFirst?: boolean;
  onClose: () => void;
}

type Price = number | '';
const priceOf = (typed: Price) => (typed === '' ? null : typed);
const efforts = ModelFacts.shape.reasoningEfforts.element.options;

export function ModelDialog({ model, isFirst = false, onClose }: ModelDialogProps) {
  const form = useForm({
    initialValues: {
      slug: model?.slug ?? '',
      displayName: model?.displayName ?? '',
      upstreamModel: model?.upstreamModel ?? '',
      contextWindowTokens: model?.contextWindowTokens ?? 272_000,
      reasoningEfforts: model?.reasoningEfforts ?? (['low', 'medium', 'high'] as ModelFacts['reasoningEfforts']),
      inputUsdPerMillion: '' as Price,
      cachedInputUsdPerMillion: '' as Price,
      outputUsdPerMillion: '' as Price,
      isDefault: model?.isDefault ?? isFirst,
    },
    validateInputOnBlur: true,
    validate: {
      slug: (slug) =>
        ModelSlug.safeParse(slug.trim()).success
          ? null
          : 'Write the name clients use: letters, digits and . _ : / - only.',
      reasoningEfforts: isNotEmpty('Choose at least one.'),
    },
  });
  const outcome = {
    onSuccess: ({ slug }: Model) => {
      showDone(model ? `${slug} was saved.` : `${slug} is allowed.`);
      onClose();
    },
    onError: (error: Error) => form.setErrors(fieldErrors(describeFailure(error))),
  };
  const create = useMutation(api.models.create.mutationOptions(outcome));
  const update = useMutation(api.models.update.mutationOptions(outcome));
  const save = form.onSubmit((values) => {
    const { inputUsdPerMillion, cachedInputUsdPerMillion, outputUsdPerMillion, ...typed } = values;
    const facts: ModelFacts = {
      ...typed,
      slug: values.slug.trim(),
      displayName: values.displayName.trim() || values.slug.trim(),
      upstreamModel: values.upstreamModel.trim() || null,
    };
    const prices: Omit<ModelInput, keyof ModelFacts> = {
      inputUsdPerMillion: priceOf(inputUsdPerMillion),
      cachedInputUsdPerMillion: priceOf(cachedInputUsdPerMillion),
      outputUsdPerMillion: priceOf(outputUsdPerMillion),
    };
    if (model) update.mutate(facts);
    else create.mutate({ ...facts, ...prices });
  });
  const error = create.error ?? update.error;
  const priceProps = { min: 0, decimalScale: 4, prefix: '$', hideControls: true } as const;
  return (
    <Dialog opened onClose={onClose} title={model ? `Change ${model.slug}` : 'Allow a model'} size="lg">
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          {error && <FailureNotice what="The model was not saved" error={error} />}
          <TextInput
            label="Name"
            description="As clients ask for it."
            placeholder="gpt-5.2-codex"
            readOnly={model !== undefined}
            data-autofocus
            {...form.getInputProps('slug')}
          />
          <TextInput
            label="Shown as"
            description="In the client's model picker. Empty: the name."
            maxLength={120}
            {...form.getInputProps('displayName')}
          />
          <TextInput
            label="Name at the upstream"
            description="Only when it differs."
            maxLength={120}
            {...form.getInputProps('upstreamModel')}
          />
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberInput
              label="Context window, tokens"
              min={1024}
              max={10_000_000}
              thousandSeparator=","
              allowDecimal={false}
              {...form.getInputProps('contextWindowTokens')}
            />
            <MultiSelect label="Reasoning efforts" data={[...efforts]} {...form.getInputProps('reasoningEfforts')} />
          </SimpleGrid>
          {!model && (
            <SimpleGrid cols={{ base: 1, sm: 3 }}>
              <NumberInput label="Input, $ per million" {...priceProps} {...form.getInputProps('inputUsdPerMillion')} />
              <NumberInput
                label="Cached input, $ per million"
                {...priceProps}
                {...form.getInputProps('cachedInputUsdPerMillion')}
              />
              <NumberInput
                label="Output, $ per million"
                {...priceProps}
                {...form.getInputProps('outputUsdPerMillion')}
              />
            </SimpleGrid>
          )}
          <Switch
            label="Default model"
            description="Clients use it when their own configuration names none. The default before loses that place."
            {...form.getInputProps('isDefault', { type: 'checkbox' })}
          />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending}>
              {model ? 'Save model' : 'Allow model'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
