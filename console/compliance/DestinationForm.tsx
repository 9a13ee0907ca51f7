import { Button, Checkbox, Group, Select, Stack, Switch, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { api } from '#console/api.ts';
import { describeFailure, fieldErrors } from '#console/failure.ts';
import { FailureNotice } from '#console/shell/FailureNotice.tsx';
import { showDone } from '#console/shell/show-result.ts';
import { Dialog } from '#console/ui/Dialog.tsx';
import {
  type Destination,
  type DestinationKind,
  destinationKindNames,
  destinationKinds,
  pushedTypeNames,
  pushedTypes,
} from '#contract/compliance-destinations.ts';
import { DestinationTrust } from './DestinationTrust.tsx';
import { type DestinationDraft, newDraft, settingsOf } from './destination-draft.ts';
import { SecretOnce } from './SecretOnce.tsx';

const addressHints: Record<DestinationKind, { placeholder: string; description: string }> = {
  syslog: { placeholder: 'siem.example.com:6514', description: 'Host and port of a syslog receiver that speaks TLS.' },
  webhook: { placeholder: 'https://siem.example.com/reeve', description: 'Batches of JSON are posted there.' },
  otlp: {
    placeholder: 'https://collector.example.com:4318/v1/logs',
    description: 'The whole address of its logs endpoint, usually ending in /v1/logs.',
  },
};

function useSave(form: { setErrors: (errors: Record<string, string>) => void }, onDone: (name: string) => void) {
  const onError = (error: Error) => {
    const { clientCertificatePem, clientKeyPem, authorityPem, header, ...others } = fieldErrors(describeFailure(error));
    form.setErrors({
      ...others,
      ...(authorityPem && { authorityPem }),
      ...(clientCertificatePem && { certificatePem: clientCertificatePem }),
      ...(clientKeyPem && { keyPem: clientKeyPem }),
      ...(header && { headerValue: header }),
    });
  };
  return {
    create: useMutation(api.compliance.createDestination.mutationOptions({ onError })),
    update: useMutation(
      api.compliance.updateDestination.mutationOptions({ onError, onSuccess: ({ name }) => onDone(name) }),
    ),
  };
}

/** Adds a destination, or changes one; what is secret of it is only given, never shown. */
export function DestinationForm({ destination, onClose }: { destination?: Destination; onClose: () => void }) {
  const form = useForm<DestinationDraft>({
    initialValues: newDraft(destination),
    validate: {
      name: isNotEmpty('Name it after what receives the records.'),
      address: isNotEmpty('Say where the records go.'),
      eventTypes: (types) => (types.length === 0 ? 'Choose at least one kind of record.' : null),
    },
  });
  const { create, update } = useSave(form, (name) => {
    showDone(`${name} is changed.`);
    onClose();
  });
  if (create.data) {
    const { destination: made, secret } = create.data;
    if (secret) return <SecretOnce title={`${made.name} is added`} secret={secret} onClose={onClose} />;
    return <Added name={made.name} onClose={onClose} />;
  }
  const { kind } = form.values;
  const failure = create.error ?? update.error;
  const submit = form.onSubmit((draft) =>
    destination
      ? update.mutate({ id: destination.id, ...settingsOf(draft, destination) })
      : create.mutate({ kind, fromStart: draft.fromStart, ...settingsOf(draft) }),
  );
  return (
    <Dialog opened onClose={onClose} title={destination ? `Change ${destination.name}` : 'Add a destination'} size="lg">
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          {failure && <FailureNotice what="Nothing was changed" error={failure} />}
          {!destination && (
            <Select
              label="How it takes records"
              description={destinationKinds[kind].sentence}
              allowDeselect={false}
              data={destinationKindNames.map((value) => ({ value, label: destinationKinds[value].label }))}
              {...form.getInputProps('kind')}
            />
          )}
          <TextInput label="Name" placeholder="Splunk" maxLength={100} data-autofocus {...form.getInputProps('name')} />
          <TextInput
            label="Address"
            {...addressHints[kind]}
            spellCheck={false}
            autoCapitalize="none"
            {...form.getInputProps('address')}
          />
          <Checkbox.Group label="What it gets" {...form.getInputProps('eventTypes')}>
            <Stack gap={8} mt={8}>
              {pushedTypeNames.map((type) => (
                <Checkbox
                  key={type}
                  value={type}
                  label={pushedTypes[type].label}
                  description={pushedTypes[type].sentence}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          <Switch
            label="With content"
            description="Prompts, answers, arguments and output go along, where the workspace keeps them. What was sent cannot be erased from here."
            {...form.getInputProps('withContent', { type: 'checkbox' })}
          />
          {!destination && (
            <Switch
              label="Also what is there already"
              description="Everything that is still kept is sent first. Otherwise it starts with what happens from now on."
              {...form.getInputProps('fromStart', { type: 'checkbox' })}
            />
          )}
          <DestinationTrust form={form} destination={destination} />
          <Group justify="flex-end" gap={8}>
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending || update.isPending}>
              {destination ? 'Save destination' : 'Add destination'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

function Added({ name, onClose }: { name: string; onClose: () => void }) {
  return (
    <Dialog opened onClose={onClose} title={`${name} is added`}>
      <Stack gap="md">
        <p>Send it a test, to see that it takes what comes.</p>
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
